import { batch } from '@preact/signals'
import { menu } from '../state/overlays.ts'
import { extendTo, selected, selectOnly, toggle } from '../state/selection.ts'
import { activeIndex, focusRow, listing } from '../state/view.ts'
import { actionsOf, openRow } from './row-actions.ts'

/** A click on a row selects it, with Ctrl or on the tick one more, with Shift a range. A finger opens it. */
export function pick(event: MouseEvent, index: number, isNarrow: boolean): void {
  const rows = listing.value.rows.value
  const row = rows[index]
  const onTick = event.target instanceof HTMLInputElement
  // After the first row was held, a finger selects further ones.
  if (isNarrow && row && selected.value.size === 0) return openRow(row)
  const active = activeIndex.value
  batch(() => {
    focusRow(row)
    if (event.shiftKey) extendTo(rows, index, active)
    else if (onTick || isNarrow || event.ctrlKey || event.metaKey) toggle(rows, index)
    else selectOnly(rows, index)
  })
}

/** A right click opens the menu. A finger that stays selects the row. */
export function hold(opener: HTMLElement, index: number, isNarrow: boolean): void {
  const rows = listing.value.rows.value
  const row = rows[index]
  if (!row) return
  if (isNarrow) {
    toggle(rows, index)
    navigator.vibrate?.(10)
  } else menu.value = { label: `Actions for ${row.name}`, items: actionsOf(row), opener }
}
