import { signal } from '@preact/signals'
import { copyTo, move, targetsOf } from '../state/actions.ts'
import { referencesOf } from '../state/clipboard.ts'
import { currentFolder, parentOf } from '../state/route.ts'
import { isBlocked, type Row } from '../state/rows.ts'
import { selected } from '../state/selection.ts'
import { fail } from '../state/toasts.ts'
import { listing } from '../state/view.ts'
import { droppedOf, uploadDropped } from '../uploads/drop.ts'

/** The folder that would take what is dragged. */
export const dropFolder = signal<string | undefined>(undefined)
/** The rows of this page that are dragged. */
let dragged: readonly Row[] = []

/** Drags a row, or the whole selection if the row is in it. Other pages get the references. */
export function startDrag(event: DragEvent, row: Row): void {
  const rows = selected.value.has(row.key) ? targetsOf(row) : [row]
  const isTrash = listing.value.route.view === 'trash'
  dragged = isTrash ? [] : rows.filter((it) => !isBlocked(it))
  if (dragged.length === 0 || !event.dataTransfer) return event.preventDefault()
  event.dataTransfer.setData('text/plain', referencesOf(dragged))
  event.dataTransfer.effectAllowed = 'copyMove'
}

export function endDrag(): void {
  dragged = []
  dropFolder.value = undefined
}

/** Files from outside go to the folder under the pointer, or to that of the view. Rows only go to a folder under the pointer. */
export function dragOver(event: DragEvent): void {
  const { dataTransfer: data, target } = event
  if (!data) return
  const element = target instanceof Element && target.closest<HTMLElement>('[data-folder]')
  const folder = element ? element.dataset['folder'] : undefined
  if (data.types.includes('Files')) dropFolder.value = folder ?? currentFolder.value
  else {
    const isFit = folder !== undefined && dragged.length > 0 && dragged.every(fits(folder))
    dropFolder.value = isFit ? folder : undefined
    if (!isFit) return
    data.dropEffect = event.ctrlKey || event.altKey ? 'copy' : 'move'
  }
  event.preventDefault()
}

const fits =
  (folder: string) =>
  ({ kind, path }: Row) =>
    parentOf(path) !== folder && !(kind === 'folder' && folder.startsWith(path))

/** The pointer has left the page. */
export function dragLeave({ relatedTarget }: DragEvent): void {
  if (relatedTarget === null) dropFolder.value = undefined
}

export function drop(event: DragEvent): void {
  const { dataTransfer: data } = event
  const folder = dropFolder.value
  const rows = dragged
  endDrag()
  if (!data || folder === undefined) return
  event.preventDefault()
  if (rows.length === 0) void uploadDropped(droppedOf(data), folder).catch(fail)
  else void (event.ctrlKey || event.altKey ? copyTo : move)(rows, folder)
}
