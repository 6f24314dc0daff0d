import { Icon } from '../parts/icon.tsx'
import { layout, setLayout } from '../state/layout.ts'

/** Rows, or tiles with larger pictures. */
export function LayoutChoice() {
  return (
    <div class="seg" role="group" aria-label="Layout">
      <button
        type="button"
        aria-label="List"
        aria-pressed={layout.value === 'list'}
        onClick={() => setLayout('list')}
      >
        <Icon name="list" className="i16" />
      </button>
      <button
        type="button"
        aria-label="Tiles"
        aria-pressed={layout.value === 'tiles'}
        onClick={() => setLayout('tiles')}
      >
        <Icon name="tiles" className="i16" />
      </button>
    </div>
  )
}
