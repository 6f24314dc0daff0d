import { batch } from '@preact/signals'
import { remove, targetsOf } from '../state/actions.ts'
import { copyReferences } from '../state/clipboard.ts'
import { download } from '../state/download.ts'
import { toggleLayout } from '../state/layout.ts'
import { dialog, menu, previewed, showsDetails } from '../state/overlays.ts'
import { above, go } from '../state/route.ts'
import { isBlocked, type FileRow, type Row } from '../state/rows.ts'
import {
  extendTo,
  moveAnchor,
  resetSelection,
  selectAll,
  selected,
  toggle,
} from '../state/selection.ts'
import { undoLatest } from '../state/undo.ts'
import { activeIndex, activeKey, focusRow, listing } from '../state/view.ts'
import { chooseFiles, chooseFolder } from '../uploads/choose.ts'
import { focusSearch } from '../views/search-box.tsx'
import { askToDeleteSession } from '../sessions/delete-session.ts'
import { backKey } from './grid-focus.ts'
import { commandOf, type KeyCommand } from './key-sheet.ts'
import { openRow, actionsOf } from './row-actions.ts'

export interface GridKeys {
  /** Rows of one page. */
  pageRows: number
  /** Tiles side by side; 1 in the list. */
  columns: number
  /** Scrolls a row into sight and gives it the focus. */
  reveal: (index: number) => void
  /** The element of the row that has the focus. */
  element: () => HTMLElement | null
}

/** Handles a key of the list. Returns whether it did. */
export function handleKey(event: KeyboardEvent, grid: GridKeys): boolean {
  const { key, shiftKey } = event
  const to = targetOf(event, grid)
  if (to !== undefined) return moveTo(to, shiftKey, grid)
  // Leads back from the actions of a row.
  if (key === backKey()) return false
  const command = commandOf(event)
  // A held key moves the focus on. It acts once, or a held Delete would empty the folder.
  if (event.repeat && command !== undefined) return true
  if (command !== undefined) return act(command, grid)
  return !event.ctrlKey && !event.metaKey && !event.altKey && typeAhead(key, grid)
}

/** Runs a command. Returns false for one that has nothing to act on, so that the browser handles the key. */
function act(command: KeyCommand, grid: GridKeys): boolean {
  const active = listing.value.rows.value[activeIndex.value]
  return commands[command]({ active, targets: targetsOf(active), grid }) ?? true
}

interface Context {
  active: Row | undefined
  /** The selected rows, or the active one. */
  targets: readonly Row[]
  grid: GridKeys
}

const ask = (kind: 'move' | 'copy', targets: readonly Row[]) => {
  const rows = targets.filter((row) => !isBlocked(row))
  if (rows.length > 0) dialog.value = { kind, rows }
}
/** Handled by `targetOf` and `typeAhead`. */
const elsewhere = () => false

const commands: Record<KeyCommand, (context: Context) => boolean | void> = {
  move: elsewhere,
  extend: elsewhere,
  find: elsewhere,
  actions: ({ grid }) => focusActions(grid.element()),
  open: ({ active }) => active && openRow(active),
  select: () => toggle(listing.value.rows.value, activeIndex.value),
  selectAll: () => void listing.value.wantAll().then(() => selectAll(listing.value.rows.value)),
  end: escape,
  up: goUp,
  search: focusSearch,
  rename({ active }) {
    if (active && !isBlocked(active)) dialog.value = { kind: 'rename', row: active }
  },
  moveTo: ({ targets }) => ask('move', targets),
  copyTo: ({ targets }) => ask('copy', targets),
  trash: ({ targets }) => deleteRows(targets),
  undo: undoLatest,
  references: ({ targets }) => void copyReferences(targets),
  download({ targets }) {
    const rows = targets.filter((row) => !isBlocked(row))
    if (rows.length > 0) void download(rows)
  },
  link({ active }) {
    if (active?.kind === 'file' && !isBlocked(active)) shareActive()
  },
  details: () => void (showsDetails.value = !showsDetails.value),
  preview({ active }) {
    if (active?.kind === 'file' && !isBlocked(active)) previewed.value = active.key
  },
  upload: chooseFiles,
  uploadFolder: chooseFolder,
  layout: toggleLayout,
  menu: ({ active, grid }) => openMenu(active, grid.element()),
  sheet: () => void (dialog.value = { kind: 'keys' }),
}

/** Gives the focus to the button with the actions of a row. Tiles have none. */
function focusActions(row: HTMLElement | null): boolean {
  const button = row?.querySelector<HTMLElement>('.more')
  button?.focus()
  return button != null
}

/** Shows the details, and gives the focus to the button that makes a link. */
function shareActive(): void {
  showsDetails.value = true
  requestAnimationFrame(() => document.querySelector<HTMLElement>('.share .btn')?.focus())
}

function targetOf(
  { key, altKey, ctrlKey, metaKey }: KeyboardEvent,
  { pageRows, columns }: GridKeys,
): number | undefined {
  const at = activeIndex.value
  if (altKey || ctrlKey || metaKey) return undefined
  const forward = document.documentElement.dir === 'rtl' ? -1 : 1
  switch (key) {
    case 'ArrowDown':
      return at + columns
    case 'ArrowUp':
      return at - columns
    case 'ArrowRight':
      return columns > 1 ? at + forward : undefined
    case 'ArrowLeft':
      return columns > 1 ? at - forward : undefined
    case 'PageDown':
      return at + pageRows
    case 'PageUp':
      return at - pageRows
    case 'Home':
      return 0
    case 'End':
      return Infinity
    default:
      return undefined
  }
}

function moveTo(to: number, extend: boolean, grid: GridKeys): true {
  if (to === Infinity && !listing.value.isComplete.value) {
    void listing.value.wantAll().then(() => step(Infinity, extend, grid))
  }
  step(to, extend, grid)
  return true
}

function step(to: number, extend: boolean, { reveal }: GridKeys): void {
  const rows = listing.value.rows.value
  const index = Math.max(0, Math.min(rows.length - 1, to))
  const active = activeIndex.value
  batch(() => {
    focusRow(rows[index])
    if (extend) extendTo(rows, index, active)
    else moveAnchor(index)
  })
  reveal(index)
}

function escape(): boolean {
  if (selected.value.size > 0) resetSelection()
  else if (showsDetails.value) showsDetails.value = false
  else if (listing.value.route.view === 'search') go({ view: 'files', folder: '/' })
  else return false
  return true
}

function goUp(): boolean {
  const { route } = listing.value
  if (route.view !== 'files' || route.folder === '/') return false
  const { folder } = route
  go(above(route))
  activeKey.value = folder
  return true
}

function deleteRows(rows: readonly Row[]): boolean {
  if (rows.length === 0) return false
  const files = rows.filter((row): row is FileRow => row.kind === 'file')
  const { view } = listing.value.route
  if (view === 'trash') dialog.value = { kind: 'purge', rows: files }
  else if (view === 'sessions') askToDeleteSession(rows)
  else void remove(rows)
  return true
}

function openMenu(row: Row | undefined, opener: HTMLElement | null): boolean {
  if (!row || !opener) return false
  menu.value = { label: `Actions for ${row.name}`, items: actionsOf(row), opener }
  return true
}

const typeAheadMs = 700
let typed = ''
let typedAt = 0

/** Moves to the next name that begins with the letters typed. */
function typeAhead(key: string, { reveal }: GridKeys): boolean {
  if (key.length !== 1) return false
  const now = Date.now()
  typed = now - typedAt > typeAheadMs ? key : typed + key
  typedAt = now
  const rows = listing.value.rows.value
  const from = activeIndex.value + (typed.length === 1 ? 1 : 0)
  const wanted = typed.toLocaleLowerCase()
  const isMatch = ({ name }: Row) => name.toLocaleLowerCase().startsWith(wanted)
  let index = rows.findIndex((row, at) => at >= from && isMatch(row))
  if (index < 0) index = rows.findIndex(isMatch)
  if (index < 0) return false
  focusRow(rows[index])
  moveAnchor(index)
  reveal(index)
  return true
}
