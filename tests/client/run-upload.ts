import { createCoffer, type KeyValue, type Progress } from '../../shared/client/coffer.ts'

/** One upload, as JSON: it runs in Node, or in a page of a browser. */
export interface UploadSettings {
  baseUrl: string
  user: string
  path: string
  /** The bytes of the file: equal seeds make equal bytes. */
  seed: number
  sizeBytes: number
  chunkBytes?: number
  overwrite?: boolean
  onConflict?: 'fail' | 'replace' | 'rename'
  strategy?: 'auto' | 'multipart' | 'raw' | 'resumable'
  /** Every token expires after so many requests. */
  tokenRequests?: number
  /** Pauses for ever at this share of the bytes, as a page does that is closed. */
  stopAt?: number
}

export interface UploadResult {
  id: string
  path: string
  checksum: string
  expected: string
  phases: Progress['phase'][]
  mostSent: number
  interrupted: { path: string; sentBytes: number }[]
  refreshes: number
  /** From the start to the verdict. */
  seconds: number
}

/** Bytes of a linear congruential generator. */
function bytesOf(seed: number, sizeBytes: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(sizeBytes / 4))
  let state = seed
  for (let at = 0; at < words.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    words[at] = state
  }
  return new Uint8Array(words.buffer, 0, sizeBytes)
}

/** Uploads, and resolves when the file is ready; with `stopAt`, when it stops. */
export async function runUpload(
  settings: UploadSettings,
  store?: KeyValue,
): Promise<UploadResult | undefined> {
  const { baseUrl, user, path, seed, sizeBytes, stopAt, tokenRequests = Infinity } = settings
  let left = tokenRequests
  let refreshes = 0
  const coffer = createCoffer({
    baseUrl,
    token: ({ refresh }) => {
      if (refresh) {
        refreshes += 1
        left = tokenRequests
      }
      left -= 1
      return left < 0 ? 'expired' : `local:${user}`
    },
    retry: { attempts: 50, firstMs: 20, maxMs: 200 },
    ...(store && { store }),
  })
  const bytes = bytesOf(seed, sizeBytes)
  const name = path.split('/').at(-1) ?? ''
  // A date in the future, as a file from a device with a wrong clock has it.
  const lastModified = Date.UTC(2100, 0)
  const body = new File([bytes], name, { lastModified })
  const phases = new Set<Progress['phase']>()
  let mostSent = 0
  const { chunkBytes, overwrite, onConflict, strategy } = settings
  const stopped = Promise.withResolvers<void>()
  const startedAt = performance.now()
  const upload = coffer.upload(body, {
    path,
    ...(chunkBytes !== undefined && { chunkBytes }),
    ...(overwrite !== undefined && { overwrite }),
    ...(onConflict !== undefined && { onConflict }),
    ...(strategy !== undefined && { strategy }),
    onProgress({ phase, sentBytes }) {
      phases.add(phase)
      mostSent = Math.max(mostSent, sentBytes)
      if (stopAt !== undefined && sentBytes >= stopAt * sizeBytes) {
        upload.pause()
        stopped.resolve()
      }
    },
  })
  const file = await Promise.race([upload.done, stopped.promise])
  if (file === undefined) return undefined
  const seconds = (performance.now() - startedAt) / 1000
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return {
    id: file.id,
    path: file.path,
    checksum: file.checksum,
    expected: [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    phases: [...phases],
    mostSent,
    interrupted: coffer.interrupted().map(({ path, sentBytes }) => ({ path, sentBytes })),
    refreshes,
    seconds,
  }
}
