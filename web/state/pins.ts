import { signal } from '@preact/signals'

const key = 'coffer-pins'
const mostPins = 20

/** Folders that the side shows, in the order in which they were pinned. */
export const pins = signal<readonly string[]>(stored())

export function togglePin(folder: string): void {
  const rest = pins.value.filter((it) => it !== folder)
  keep(rest.length < pins.value.length ? rest : [...rest, folder].slice(-mostPins))
}

/** Pins the new paths of folders that have moved. */
export function movePins(from: string, to: string): void {
  const moved = pins.value.map((folder) =>
    folder.startsWith(from) ? to + folder.slice(from.length) : folder,
  )
  if (moved.some((folder, index) => folder !== pins.value[index])) keep([...new Set(moved)])
}

function keep(next: readonly string[]): void {
  pins.value = next
  try {
    localStorage.setItem(key, JSON.stringify(next))
  } catch {
    // A page that may not store anything forgets the pins.
  }
}

function stored(): string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? '[]')
    return Array.isArray(value) ? value.filter((it) => typeof it === 'string') : []
  } catch {
    return []
  }
}
