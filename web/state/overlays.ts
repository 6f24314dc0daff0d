import { signal } from '@preact/signals'
import type { FileRow, Row } from './rows.ts'

export type Dialog =
  | { kind: 'rename'; row: Row }
  | { kind: 'move' | 'copy'; rows: readonly Row[] }
  | { kind: 'purge'; rows: readonly FileRow[] }
  | { kind: 'delete-session'; session: string }
  | { kind: 'empty-trash' }
  | { kind: 'large-files' | 'new-folder' }
  | { kind: 'keys' }

/** The dialog over the page, at most one. */
export const dialog = signal<Dialog | undefined>(undefined)

export function closeDialog(): void {
  dialog.value = undefined
}

/** The key of the file in the full-screen preview. */
export const previewed = signal<string | undefined>(undefined)
/** Whether the details of the focused row are shown. */
export const showsDetails = signal(false)

/** Closes all of them except the details. To be called when another view is shown. */
export function closeOverlays(): void {
  dialog.value = undefined
  previewed.value = undefined
  menu.value = undefined
}

export interface MenuItem {
  label: string
  key?: string
  isDanger?: boolean
  /** Of one choice among several: whether it is the present one. */
  isChosen?: boolean
  run: () => void
}

/** The menu of a row, with the control that opened it. */
export const menu = signal<{ label: string; items: MenuItem[]; opener: HTMLElement } | undefined>(
  undefined,
)
