/** A text as bytes of UTF-8. All offsets count these bytes. */
export interface TextSource {
  /** The size of the text; undefined for a text that is converted while it is read. */
  sizeBytes: number | undefined
  /** The bytes from an offset on. Ending the iteration early frees the source. */
  read(start: number): AsyncIterable<Uint8Array>
}

/** A text in memory. */
export function textInMemory(bytes: Uint8Array): TextSource {
  return {
    sizeBytes: bytes.length,
    async *read(start) {
      if (start < bytes.length) yield bytes.subarray(start)
    },
  }
}
