import { type RecordKind, recordKinds, type RecordVisitor } from './zip-records.ts'

/** Bytes to keep from the previous chunk, for a record that spans two chunks. */
const carriedBytes = Math.max(...recordKinds.map(({ fixedBytes }) => fixedBytes)) - 1

/** Reports everything that looks like a zip record in a stream, in order. Uses constant memory. */
export class ZipRecordFinder {
  readonly #visitor: RecordVisitor
  #carried: Buffer = Buffer.alloc(0)
  #position = 0

  constructor(visitor: RecordVisitor) {
    this.#visitor = visitor
  }

  /** The number of bytes so far. */
  get position(): number {
    return this.#position
  }

  add(chunk: Buffer): void {
    const carriedAt = this.#position - this.#carried.length
    const seam = Buffer.concat([this.#carried, chunk.subarray(0, carriedBytes)])
    // First the records that begin in the carried bytes, then those that lie completely in the chunk.
    const seamStarts = Math.min(this.#carried.length, seam.length - carriedBytes)
    this.#visit(seam, carriedAt, seamStarts)
    const chunkStarts = chunk.length - carriedBytes
    this.#visit(chunk, this.#position, chunkStarts)
    this.#carried =
      chunkStarts > 0
        ? Buffer.from(chunk.subarray(chunkStarts))
        : seam.subarray(Math.max(0, seamStarts))
    this.#position += chunk.length
  }

  /** Reports the records in the last bytes. */
  end(): void {
    this.#visit(this.#carried, this.#position - this.#carried.length, this.#carried.length)
    this.#carried = Buffer.alloc(0)
  }

  /** Visits the records that begin in the first `starts` bytes and have a complete fixed part. */
  #visit(bytes: Buffer, offset: number, starts: number): void {
    if (starts <= 0) return
    const found = recordKinds.flatMap((kind) =>
      occurrences(bytes, kind, starts).map((index) => ({ kind, index })),
    )
    if (found.length > 1) found.sort((a, b) => a.index - b.index)
    for (const { kind, index } of found)
      kind.visit(this.#visitor, bytes.subarray(index), offset + index)
  }
}

function occurrences(bytes: Buffer, { signature, fixedBytes }: RecordKind, starts: number) {
  const found: number[] = []
  for (let at = bytes.indexOf(signature); at >= 0 && at < starts;) {
    if (at + fixedBytes <= bytes.length) found.push(at)
    at = bytes.indexOf(signature, at + 1)
  }
  return found
}
