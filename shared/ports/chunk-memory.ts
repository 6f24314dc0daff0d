/** Memory of chunks that only the stream they flow through holds. */
const expendable = new WeakSet<ArrayBufferLike>()

/**
 * Says of a chunk that nobody will look at it again once it has been stored. Only who got it from the system can know;
 * memory that a caller may still hold, such as a body that was read beforehand, is never to be marked.
 */
export function markExpendable(chunk: Buffer): void {
  expendable.add(chunk.buffer)
}

/**
 * Gives the memory of a chunk back at once, where it was marked and is all that its buffer holds; anything else is left
 * to the garbage collector. Half a gigabyte in chunks of 64 KiB otherwise has it search the whole heap some 25 times.
 */
export function releaseChunk({ buffer, byteLength }: Buffer): void {
  if (buffer.byteLength !== byteLength || !expendable.has(buffer)) return
  // To a length of nothing: what is transferred is freed, and every view of it is empty from now on.
  if (buffer instanceof ArrayBuffer) buffer.transfer(0)
}
