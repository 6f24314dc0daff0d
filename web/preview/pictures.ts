import { CofferError } from '../../shared/client/coffer.ts'
import { coffer } from '../state/client.ts'

/** Addresses of pictures in memory, the last used at the end. `null`: the service draws none of this file. */
const known = new Map<string, string | null>()
const maxKnown = 200
/** Of the picture of the preview. */
export const pictureWidth = 1024
/** Pictures that are loaded before somebody looks at them. */
const ahead = new Map<string, Promise<string | undefined>>()
/** Rows that scroll by start no request. */
const settleMs = 120
const concurrency = 4
const attempts = 4

/**
 * The address of a picture of a file. Loads it with the token in a header, which no `<img>` can send. Resolves to undefined for a
 * file without one, and after an abort.
 */
export async function loadPicture(
  id: string,
  width: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const key = `${id} ${width}`
  const found = known.get(key)
  if (found !== undefined) {
    known.delete(key)
    known.set(key, found)
    return found ?? undefined
  }
  const running = ahead.get(key)
  if (running) return running
  await pause(settleMs)
  if (signal.aborted) return undefined
  const free = await freePlace()
  try {
    return await read(id, width, signal)
  } finally {
    free()
  }
}

/** Loads the picture of the preview of a file that is likely to be shown next. */
export function loadAhead(id: string): void {
  const key = `${id} ${pictureWidth}`
  if (known.has(key) || ahead.has(key)) return
  const loading = loadPicture(id, pictureWidth, new AbortController().signal)
  ahead.set(key, loading)
  void loading.finally(() => ahead.delete(key))
}

async function read(id: string, width: number, signal: AbortSignal): Promise<string | undefined> {
  const key = `${id} ${width}`
  for (let attempt = 1; attempt <= attempts && !signal.aborted; attempt += 1) {
    try {
      const answer = await coffer.preview(id, { w: width, signal })
      // Only a type that the service makes itself becomes an address of this page.
      if (answer.headers.get('Content-Type') !== 'image/webp') return keep(key, null)
      return keep(key, URL.createObjectURL(await answer.blob()))
    } catch (error) {
      if (signal.aborted || !(error instanceof CofferError)) return undefined
      // A type that has no picture, or bytes that are not of their type. Other failures may be temporary.
      if (error.status === 415 || error.status === 422) return keep(key, null)
      if (error.status !== 429 && error.status < 500) return undefined
      await pause((error.retryAfterSeconds ?? 1) * 1000)
    }
  }
  return undefined
}

const waiting: (() => void)[] = []
let running = 0

/** Resolves when fewer than four pictures are loading, to a function that ends this turn. */
async function freePlace(): Promise<() => void> {
  if (running >= concurrency) await new Promise<void>((resolve) => waiting.push(resolve))
  running += 1
  return () => {
    running -= 1
    waiting.shift()?.()
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function keep(key: string, address: string | null): string | undefined {
  known.set(key, address)
  for (const [oldest, old] of known) {
    if (known.size <= maxKnown) break
    known.delete(oldest)
    if (old !== null) URL.revokeObjectURL(old)
  }
  return address ?? undefined
}
