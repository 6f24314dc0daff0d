import { hasBlocks, shownBlock } from '../block/place.ts'
import type { IconName } from '../parts/icon-paths.ts'
import { Icon } from '../parts/icon.tsx'
import { account } from '../sign-in/source.ts'
import { counts } from '../state/counts.ts'
import { addressOf, go, route, sessionOf, type Route } from '../state/route.ts'
import { cycleTheme, theme } from '../state/theme.ts'
import { jobs } from '../state/uploads.ts'
import { usage } from '../state/usage.ts'
import { chooseFiles } from '../uploads/choose.ts'
import { interrupted } from '../uploads/interrupted.ts'
import { showTray } from '../uploads/tray-state.ts'
import { count, size } from '../words/format.ts'
import { Pins } from './pins.tsx'

const places: { to: Route; icon: IconName; label: string; className?: string }[] = [
  { to: { view: 'files', folder: '/' }, icon: 'folder', label: 'Files' },
  { to: { view: 'recent' }, icon: 'clock', label: 'Recent', className: 'wide-nav' },
  { to: { view: 'sessions' }, icon: 'session', label: 'Sessions' },
  { to: { view: 'blocked' }, icon: 'shieldAlert', label: 'Blocked' },
  { to: { view: 'trash' }, icon: 'trash', label: 'Trash' },
]

/** The places of the workspace: at the side, and on a phone at the bottom. */
export function Side() {
  const here = route.value
  const isSession = here.view === 'files' && sessionOf(here.folder) !== undefined
  const isBlocks = shownBlock.value !== undefined
  const shown = isBlocks ? undefined : isSession ? 'sessions' : here.view
  const { blocked, trash } = counts.value
  const numbers: Partial<Record<Route['view'], string>> = { blocked, trash }
  const uploads = jobs.value.length + interrupted.value.length
  return (
    <header class="side">
      <a class="brand" href={addressOf({ view: 'files', folder: '/' })}>
        <img src="icon.svg" alt="" width={22} height={22} />
        Coffer
      </a>
      <nav class="nav" aria-label="Workspace">
        {places.map(({ to, icon, label, className }) => (
          <a
            key={label}
            class={className}
            href={addressOf(to)}
            aria-current={shown === to.view ? 'page' : undefined}
          >
            <Icon name={icon} />
            {label}
            <Count of={to.view} text={numbers[to.view]} />
          </a>
        ))}
        {hasBlocks.value && (
          <a href="#/blocks" aria-current={isBlocks ? 'page' : undefined}>
            <Icon name="play" />
            Blocks
          </a>
        )}
        <button type="button" class="fab" aria-label="Upload files" onClick={chooseFiles}>
          <Icon name="plus" />
        </button>
        {uploads > 0 && (
          <button type="button" class="wide-nav" onClick={showTray}>
            <Icon name="upload" />
            Uploads
            <Count of="files" text={count(uploads)} />
          </button>
        )}
      </nav>
      <Pins />
      <UsageBar />
      {account.value && (
        <div class="who small">
          <span class="cut" title={account.value.name}>
            {account.value.name}
          </span>
          <button type="button" class="link" onClick={() => void account.value?.signOut()}>
            Sign out
          </button>
        </div>
      )}
      <button type="button" class="theme" onClick={cycleTheme}>
        <Icon name="theme" className="i16" />
        Colours: {theme.value}
      </button>
    </header>
  )
}

/** A number behind a place. Blocked files need attention. */
function Count({ of, text }: { of: Route['view']; text: string | undefined }) {
  if (!text) return null
  return (
    <>
      {' '}
      <span class={`count num${of === 'blocked' ? ' bad' : ''}`}>{text}</span>
    </>
  )
}

function UsageBar() {
  const known = usage.value
  if (!known) return <div class="usage" />
  const { usedBytes, limitBytes, usedPercent, trashBytes } = known
  const share = Math.min(100, usedPercent)
  const percent = Math.floor(share)
  return (
    <div class="usage">
      <div class="pair tiny num">
        <span dir="auto">
          {size(usedBytes)} of {size(limitBytes)}
        </span>
        <span class="faint" dir="ltr">
          {percent === 0 && usedBytes > 0 ? '< 1' : percent} %
        </span>
      </div>
      <div
        class="bar"
        role="meter"
        aria-label="Used bytes"
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <i style={{ width: `${share}%` }} />
      </div>
      {trashBytes > 0 && (
        <button type="button" class="tiny faint link" onClick={() => go({ view: 'trash' })}>
          and {size(trashBytes)} in the trash
        </button>
      )}
    </div>
  )
}
