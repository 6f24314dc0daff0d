import type { FileRecord } from '../../model/file.ts'

/** UTF-16 units. Between this and twice as much text is kept, in records of at most `maxTextLength` each. */
const keptLength = 1024 * 1024
const maxTextLength = 4096

interface Decoded {
  metadata: string
  file: FileRecord
}

/**
 * Remembers the records of recently decoded rows by their stored text. Equal texts are equal records, so no entry becomes stale. The
 * records are frozen, because several callers share them.
 */
export class DecodedRecords {
  /** An entry that is used moves from `#older` to `#newer`. When `#newer` is full, it replaces `#older`. */
  #newer = new Map<string, Decoded>()
  #older = new Map<string, Decoded>()
  #newerLength = 0

  get(record: string, metadata: string): FileRecord | undefined {
    const known = this.#newer.get(record) ?? this.#revived(record)
    return known?.metadata === metadata ? known.file : undefined
  }

  /** Returns the file, frozen. */
  add(record: string, metadata: string, file: FileRecord): FileRecord {
    freeze(file)
    if (record.length + metadata.length <= maxTextLength) this.#keep(record, { metadata, file })
    return file
  }

  #revived(record: string): Decoded | undefined {
    const known = this.#older.get(record)
    if (known) this.#keep(record, known)
    return known
  }

  #keep(record: string, decoded: Decoded): void {
    if (this.#newerLength >= keptLength) {
      this.#older = this.#newer
      this.#newer = new Map()
      this.#newerLength = 0
    }
    this.#newer.set(record, decoded)
    this.#newerLength += record.length + decoded.metadata.length
  }
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const member of Object.values(value)) freeze(member)
  Object.freeze(value)
}
