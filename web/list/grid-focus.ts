import { activeIndex } from '../state/view.ts'

export function rowElement(index: number): HTMLElement | null {
  return document.getElementById(`row-${index}`)
}

/** The arrow against the direction of reading. */
export function backKey(): string {
  return document.documentElement.dir === 'rtl' ? 'ArrowRight' : 'ArrowLeft'
}

/** Gives the focus to the list, for example after a dialog. */
export function focusGrid(): void {
  document.querySelector<HTMLElement>('.rows')?.focus({ preventScroll: true })
  rowElement(activeIndex.value)?.focus({ preventScroll: true })
}
