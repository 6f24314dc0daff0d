import type { Body, Progress, ReadyFile, Upload, UploadOptions } from './types.ts'

type Shared = Omit<UploadOptions, 'path' | 'name' | 'ifMatch' | 'checksum' | 'onProgress'>

export interface UploadAllOptions extends Shared {
  /** The folder that the files go to. Default: the root, or the folder of the session. */
  folder?: string
  /** Uploads at once. Default: 3. */
  concurrency?: number
  /** The sums over all files, and the progress of the file that changed. */
  onProgress?: (all: Omit<Progress, 'phase'>, body: Body, own: Progress) => void
  /** Called when the upload of a file starts. */
  onUpload?: (body: Body, upload: Upload) => void
}

/**
 * Uploads files, a few at a time, and keeps the folders of a directory that a user has chosen. Resolves when all have ended, in
 * the order of the files; one that fails does not stop the others.
 */
export async function uploadAll(
  files: Iterable<Body>,
  options: UploadAllOptions,
  upload: (body: Body, options: UploadOptions) => Upload,
): Promise<PromiseSettledResult<ReadyFile>[]> {
  const { folder = '', concurrency = 3, onProgress, onUpload, ...shared } = options
  const bodies = [...files]
  const sent = new Map<Body, number>()
  const totalBytes = bodies.reduce((sum, { size }) => sum + size, 0)
  const results: PromiseSettledResult<ReadyFile>[] = []
  const one = async (body: Body) => {
    const started = upload(body, {
      ...shared,
      path: pathOf(folder, body, shared.session),
      onProgress(own) {
        sent.set(body, own.sentBytes)
        const sum = [...sent.values()].reduce((all, bytes) => all + bytes, 0)
        onProgress?.({ sentBytes: sum, totalBytes }, body, own)
      },
    })
    onUpload?.(body, started)
    return started.done
  }
  const queue = bodies.entries()
  const work = async () => {
    for (const [index, body] of queue) {
      const [result] = await Promise.allSettled([one(body)])
      results[index] = result
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  return results
}

function pathOf(folder: string, body: Body, session: string | undefined): string {
  const relative = body.webkitRelativePath || body.name || 'file'
  const path = `${folder.replace(/\/$/, '')}/${relative}`
  return session !== undefined && folder === '' ? relative : path
}
