/** Replaces bytes of a file at an offset. */
export interface Patch {
  at: number
  bytes: Buffer
}

/** Reports the original bytes of a range once they have passed. */
interface Probe {
  at: number
  length: number
  report: (bytes: Buffer) => void
}

/**
 * Applies patches to a stream and reports probes. Both must be sorted by offset. No two patches and no two probes may overlap.
 * Uses memory for one chunk and one probe.
 */
export async function* patchedBody(
  body: AsyncIterable<Buffer>,
  { patches, probes }: { patches: Patch[]; probes: Probe[] },
): AsyncGenerator<Buffer, void, void> {
  let position = 0
  let patch = 0
  let probe = 0
  let probed: Buffer[] = []
  for await (const original of body) {
    const end = position + original.length
    for (let next = probes[probe]; next && next.at < end; next = probes[probe]) {
      const part = overlap(original, position, next)
      probed.push(Buffer.from(part))
      if (next.at + next.length > end) break
      next.report(Buffer.concat(probed))
      probed = []
      probe += 1
    }
    const chunk =
      patches[patch] && (patches[patch]?.at ?? 0) < end ? Buffer.from(original) : original
    for (let next = patches[patch]; next && next.at < end; next = patches[patch]) {
      const from = Math.max(0, position - next.at)
      next.bytes.copy(chunk, next.at + from - position, from)
      if (next.at + next.bytes.length > end) break
      patch += 1
    }
    yield chunk
    position = end
  }
}

function overlap(chunk: Buffer, position: number, { at, length }: Probe): Buffer {
  return chunk.subarray(Math.max(0, at - position), Math.max(0, at + length - position))
}
