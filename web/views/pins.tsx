import { dropFolder } from '../drag/drag.ts'
import { Icon } from '../parts/icon.tsx'
import { pins, togglePin } from '../state/pins.ts'
import { addressOf, nameOf, route, sessionOf } from '../state/route.ts'

/** Folders that the user has pinned to the side. */
export function Pins() {
  if (pins.value.length === 0) return null
  const shown = route.value.view === 'files' ? route.value.folder : undefined
  return (
    <nav class="nav pins" aria-label="Pinned">
      <h2 class="tiny faint">Pinned</h2>
      {pins.value.map((folder) => (
        <a
          key={folder}
          href={addressOf({ view: 'files', folder })}
          data-folder={folder}
          class={dropFolder.value === folder ? 'into' : ''}
          title={folder}
          aria-current={folder === shown ? 'page' : undefined}
        >
          <Icon name={sessionOf(folder) === undefined ? 'folder' : 'session'} />
          <bdi class="cut">{nameOf(folder)}</bdi>
        </a>
      ))}
    </nav>
  )
}

/** Pins the folder of the view to the side, or takes it off. */
export function PinButton({ folder }: { folder: string }) {
  const isPinned = pins.value.includes(folder)
  return (
    <button
      type="button"
      class={`btn quiet icon pin${isPinned ? ' on' : ''}`}
      aria-label="Pin to the side"
      aria-pressed={isPinned}
      onClick={() => togglePin(folder)}
    >
      <Icon name="pin" className="i16" />
    </button>
  )
}
