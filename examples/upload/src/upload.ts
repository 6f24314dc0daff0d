import { createCoffer, type Body, type Upload } from 'coffer/client'

export const coffer = createCoffer({
  baseUrl: import.meta.env['VITE_COFFER_URL'] ?? 'http://127.0.0.1:8080',
  // With sign-in: token: ({ refresh }) => user.getIdToken(refresh)
})

/** The uploads that are under way. */
export const uploads = new Set<Upload>()

/** Uploads files and keeps their folders. Calls `show` with the text and the share of a file whenever they change. */
export async function uploadFiles(
  files: Iterable<Body>,
  show: (file: Body, text: string, share?: number) => void,
): Promise<number> {
  const results = await coffer.uploadAll(files, {
    // A reload loses at most so many bytes of a file.
    chunkBytes: 8 * 1024 * 1024,
    onProgress: (_, file, { phase, sentBytes, totalBytes }) =>
      show(file, phase, totalBytes && sentBytes / totalBytes),
    onUpload(file, upload) {
      uploads.add(upload)
      upload.done
        .catch((error: Error) => show(file, error.message))
        .finally(() => uploads.delete(upload))
    },
  })
  return results.filter(({ status }) => status === 'fulfilled').length
}
