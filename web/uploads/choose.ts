import { continueWith, type Interrupted } from './interrupted.ts'
import { uploadFiles } from './drop.ts'
import { currentFolder } from '../state/route.ts'

/** Lets the user choose files, and uploads them into the folder that was shown when the dialog opened. */
export function chooseFiles(): void {
  const folder = currentFolder.value
  choose({ multiple: true }, (files) => uploadFiles(files, folder))
}

export function chooseFolder(): void {
  const folder = currentFolder.value
  choose({ webkitdirectory: true }, (files) => uploadFiles(files, folder))
}

/** Continues an upload that a reload has stopped. */
export function chooseAgain(upload: Interrupted): void {
  choose({}, ([file]) => file && continueWith(upload, file))
}

function choose(
  properties: Pick<Partial<HTMLInputElement>, 'multiple' | 'webkitdirectory'>,
  use: (files: File[]) => void,
): void {
  const input = Object.assign(document.createElement('input'), { type: 'file', ...properties })
  input.addEventListener('change', () => use([...(input.files ?? [])]))
  input.click()
}
