import { Icon } from '../parts/icon.tsx'
import { menu } from '../state/overlays.ts'
import { go, lastFolder, nameOf, type Filter } from '../state/route.ts'
import { listing } from '../state/view.ts'
import { origins } from '../words/origins.ts'

const states = {
  ready: 'Clean',
  pending: 'Scanning',
  infected: 'Infected',
  unscannable: 'Can’t be scanned',
}

/** Limits the view to the files of one maker, or in one state. The address has the choice. */
export function Chips() {
  return (
    <div class="chips" role="group" aria-label="Filters">
      <Chip label="Made by" field="origin" choices={origins} />
      <Chip label="Scan" field="state" choices={states} />
      {listing.value.route.view === 'search' && <FolderChip />}
    </div>
  )
}

/** Limits a search to the folder that was shown before. */
function FolderChip() {
  const chosen = listing.value.route.filter?.prefix
  const folder = chosen ?? lastFolder.value
  if (folder === '/') return null
  return (
    <button
      type="button"
      class={`chip${chosen ? ' on' : ''}`}
      aria-pressed={chosen !== undefined}
      onClick={() => choose('prefix', chosen ? '' : folder)}
    >
      In <bdi>{nameOf(folder)}</bdi> only
    </button>
  )
}

interface ChipProps {
  label: string
  field: keyof Filter
  choices: Record<string, string>
}

function Chip({ label, field, choices }: ChipProps) {
  const chosen = listing.value.route.filter?.[field]
  const items = [['', 'All'] as const, ...Object.entries(choices)].map(([value, label]) => ({
    label,
    isChosen: value === (chosen ?? ''),
    run: () => choose(field, value),
  }))
  return (
    <button
      type="button"
      class={`chip${chosen ? ' on' : ''}`}
      aria-haspopup="menu"
      onClick={({ currentTarget: opener }) => (menu.value = { label, items, opener })}
    >
      {label}
      {chosen && `: ${choices[chosen] ?? chosen}`}
      <Icon name="chevronDown" className="i14" />
    </button>
  )
}

function choose(field: keyof Filter, value: string): void {
  const { filter = {}, ...route } = listing.value.route
  const { [field]: _, ...rest } = filter
  go({ ...route, filter: { ...rest, ...(value && { [field]: value }) } })
}

/** Shows all files of the view again. */
export function showAll(): void {
  const { filter: _, ...route } = listing.value.route
  go(route)
}
