import { useEffect, useRef } from 'preact/hooks'
import { Icon } from './icon.tsx'
import { menu, type MenuItem } from '../state/overlays.ts'

const gap = 4

/** The menu of a row, in the top layer of the page. */
export function Menu() {
  const open = menu.value
  return open ? <OpenMenu key={open.label} {...open} /> : null
}

function OpenMenu({
  label,
  items,
  opener,
}: {
  label: string
  items: MenuItem[]
  opener: HTMLElement
}) {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const box = element.current
    if (!box) return
    box.showPopover()
    const { left, right, bottom, top } = opener.getBoundingClientRect()
    const { width, height } = box.getBoundingClientRect()
    const fits = bottom + gap + height < innerHeight
    // Below the start of a chip, and below the end of a row.
    const isLeft = opener.matches('.chip') !== (document.documentElement.dir === 'rtl')
    const wanted = isLeft ? left : right - width
    box.style.left = `${Math.max(8, Math.min(innerWidth - width - 8, wanted))}px`
    box.style.top = `${Math.max(8, fits ? bottom + gap : top - gap - height)}px`
    box.querySelector<HTMLElement>('button')?.focus()
  }, [])
  const close = () => {
    menu.value = undefined
    const row = opener.closest<HTMLElement>('[role=row]') ?? opener
    if (row.isConnected) row.focus({ preventScroll: true })
  }
  const step = (by: number) => {
    const buttons = [...(element.current?.querySelectorAll<HTMLElement>('button') ?? [])]
    const at = buttons.indexOf(document.activeElement as HTMLElement)
    buttons.at((at + by) % buttons.length)?.focus()
  }
  return (
    <div
      ref={element}
      class="menu"
      popover="auto"
      role="menu"
      tabIndex={-1}
      aria-label={label}
      onToggle={(event) => event.newState === 'closed' && menu.value?.opener === opener && close()}
      onKeyDown={(event) => {
        if (event.key === 'ArrowDown') step(1)
        else if (event.key === 'ArrowUp') step(-1)
        else if (event.key === 'Tab') close()
        else return
        event.preventDefault()
      }}
    >
      {items.map(({ label, key, isDanger, isChosen, run }) => (
        <button
          key={label}
          type="button"
          role={isChosen === undefined ? 'menuitem' : 'menuitemradio'}
          aria-checked={isChosen}
          class={isDanger ? 'danger' : ''}
          onClick={() => {
            close()
            run()
          }}
        >
          <span>{label}</span>
          {isChosen && <Icon name="check" className="i16" />}
          {key && <kbd aria-hidden="true">{key}</kbd>}
        </button>
      ))}
    </div>
  )
}
