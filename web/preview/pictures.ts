import { coffer } from '../state/client.ts'

/** Addresses of pictures in memory, the last used at the end. `null`: the service draws none of this file. */
const known = new Map<string, string | null>()
const maxKnown = 200
/** Rows that scroll by start no request. */
const settleMs = 120

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
  await new Promise((resolve) => setTimeout(resolve, settleMs))
  if (signal.aborted) return undefined
  try {
    const answer = await coffer.preview(id, { w: width, signal })
    // Only a type that the service makes itself becomes an address of this page.
    if (answer.headers.get('Content-Type') !== 'image/webp') return keep(key, null)
    return keep(key, URL.createObjectURL(await answer.blob()))
  } catch {
    return signal.aborted ? undefined : keep(key, null)
  }
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
