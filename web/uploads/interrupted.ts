import { signal } from '@preact/signals'
import { quoted } from '../words/format.ts'
import { coffer } from '../state/client.ts'
import { fail } from '../state/toasts.ts'
import { addUploads } from '../state/uploads.ts'

export type Interrupted = ReturnType<typeof coffer.interrupted>[number]

/** The uploads that a reload of the page has stopped. */
export const interrupted = signal<readonly Interrupted[]>(coffer.interrupted())

/** Continues an upload with the file that the user has chosen again. Another file is refused, because it has other bytes. */
export function continueWith(upload: Interrupted, file: File): void {
  if (file.size !== upload.sizeBytes) {
    fail(
      `${quoted(file.name)} is not the same file: it has another size. Choose the file that was being uploaded.`,
    )
    return
  }
  remove(upload)
  addUploads([{ file, path: upload.path }])
}

export async function discard(upload: Interrupted): Promise<void> {
  remove(upload)
  await upload.discard().catch(fail)
}

function remove(upload: Interrupted): void {
  interrupted.value = interrupted.value.filter((it) => it !== upload)
}
