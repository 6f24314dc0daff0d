/** Bytes that stand in place of a file's own, at an offset. */
export interface Patch {
  at: number
  bytes: Buffer
}

/** A range of a file, handed over once it has passed. */
export interface Probe {
  at: number
  length: number
  seen: (bytes: Buffer) => void
}

/**
 * A file of the same length with other bytes in some places. Patches and probes are in the order of their offsets, and none
 * overlaps another of its kind. Memory: a chunk, and one probe.
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
      next.seen(Buffer.concat(probed))
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
