import { signal } from '@preact/signals'
import { quoted } from '../words/format.ts'
import { coffer } from '../state/client.ts'
import { fail } from '../state/toasts.ts'
import { fileAt, forgetHandle, keptPaths } from './handles.ts'
import { addUploads } from '../state/uploads.ts'

export type Interrupted = ReturnType<typeof coffer.interrupted>[number]

/** The uploads that a reload of the page has stopped. */
export const interrupted = signal<readonly Interrupted[]>(coffer.interrupted())

/** Their paths whose files the page can read again by itself, in Chromium. */
export const resumable = signal<ReadonlySet<string>>(new Set())
void findHandles()

async function findHandles(): Promise<void> {
  const paths = await keptPaths()
  const stopped = new Set(interrupted.value.map(({ path }) => path))
  for (const path of paths) if (!stopped.has(path)) void forgetHandle(path)
  resumable.value = paths
}

/** Continues an upload with the file itself, after the user has permitted to read it. Otherwise the user has to choose it again. */
export async function resume(upload: Interrupted): Promise<void> {
  const { path, sizeBytes } = upload
  const file = await fileAt(path, sizeBytes).catch(() => undefined)
  if (file) return continueWith(upload, file)
  resumable.value = new Set([...resumable.value].filter((it) => it !== path))
  fail('The page cannot read the file any more, or it has changed. Choose it again.')
}

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
  void forgetHandle(upload.path)
  await upload.discard().catch(fail)
}

function remove(upload: Interrupted): void {
  interrupted.value = interrupted.value.filter((it) => it !== upload)
}
