import { signal } from '@preact/signals'
import type { Row } from './rows.ts'

/** Keys of the selected rows. */
export const selected = signal<ReadonlySet<string>>(new Set())
/** The row that a range starts at. Undefined: the row that has the focus. */
let anchor: number | undefined

export function resetSelection(): void {
  anchor = undefined
  if (selected.value.size > 0) selected.value = new Set()
}

export function selectOnly(rows: readonly Row[], index: number): void {
  anchor = index
  const key = rows[index]?.key
  selected.value = new Set(key === undefined ? [] : [key])
}

export function toggle(rows: readonly Row[], index: number): void {
  anchor = index
  const key = rows[index]?.key
  if (key === undefined) return
  const next = new Set(selected.value)
  if (!next.delete(key)) next.add(key)
  selected.value = next
}

/** Selects from the anchor to a row. `active` had the focus before. */
export function extendTo(rows: readonly Row[], index: number, active: number): void {
  anchor ??= active
  const [from, to] = anchor < index ? [anchor, index] : [index, anchor]
  selected.value = new Set(rows.slice(from, to + 1).map(({ key }) => key))
}

export function moveAnchor(index: number): void {
  anchor = index
}

export function selectAll(rows: readonly Row[]): void {
  selected.value = new Set(rows.map(({ key }) => key))
}
