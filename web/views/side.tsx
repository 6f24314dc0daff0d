import { Icon, type IconName } from '../parts/icon.tsx'
import { addressOf, go, route, type Route } from '../state/route.ts'
import { cycleTheme, theme } from '../state/theme.ts'
import { usage } from '../state/usage.ts'
import { chooseFiles } from '../uploads/choose.ts'
import { size } from '../words/format.ts'

const places: { to: Route; icon: IconName; label: string }[] = [
  { to: { view: 'files', folder: '/' }, icon: 'folder', label: 'Files' },
  { to: { view: 'recent' }, icon: 'clock', label: 'Recent' },
  { to: { view: 'blocked' }, icon: 'shieldAlert', label: 'Blocked' },
  { to: { view: 'trash' }, icon: 'trash', label: 'Trash' },
]

/** The places of the workspace: at the side, and on a phone at the bottom. */
export function Side() {
  return (
    <header class="side">
      <a class="brand" href={addressOf({ view: 'files', folder: '/' })}>
        <img src="icon.svg" alt="" width={22} height={22} />
        Coffer
      </a>
      <nav class="nav" aria-label="Workspace">
        {places.map(({ to, icon, label }) => (
          <a
            key={label}
            href={addressOf(to)}
            aria-current={route.value.view === to.view ? 'page' : undefined}
          >
            <Icon name={icon} />
            {label}
          </a>
        ))}
        <button type="button" class="fab" aria-label="Upload files" onClick={chooseFiles}>
          <Icon name="plus" />
        </button>
      </nav>
      <UsageBar />
      <button type="button" class="theme" onClick={cycleTheme}>
        <Icon name="theme" className="i16" />
        Colours: {theme.value}
      </button>
    </header>
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
