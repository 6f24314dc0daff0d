import { signal } from '@preact/signals'
import type { Layout } from '../list/geometry.ts'

const key = 'coffer-layout'

export const layout = signal<Layout>(stored())

export function setLayout(next: Layout): void {
  layout.value = next
  try {
    localStorage.setItem(key, next)
  } catch {
    // A page that may not store anything forgets the choice.
  }
}

export function toggleLayout(): void {
  setLayout(layout.value === 'list' ? 'tiles' : 'list')
}

function stored(): Layout {
  try {
    return localStorage.getItem(key) === 'tiles' ? 'tiles' : 'list'
  } catch {
    return 'list'
  }
}
