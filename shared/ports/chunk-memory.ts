/** Buffers of chunks that only their stream refers to. */
const expendable = new WeakSet<ArrayBufferLike>()

/**
 * Marks a chunk that no code reads after it was stored. Mark only chunks that were read from a socket. Other code may still
 * refer to other memory, such as a body that was buffered earlier.
 */
export function markExpendable(chunk: Buffer): void {
  expendable.add(chunk.buffer)
}

/**
 * Frees the memory of a marked chunk that fills its buffer. Leaves other chunks to the garbage collector. Without this, the
 * garbage collector marks the whole heap about 25 times for half a gigabyte in chunks of 64 KiB.
 */
export function releaseChunk({ buffer, byteLength }: Buffer): void {
  if (buffer.byteLength !== byteLength || !expendable.has(buffer)) return
  // The transfer detaches the buffer, so that every view of it has length 0.
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}
