import type { BlobRef, FinalizeEvent } from '../../../ports/blob-store.ts'
import type { SmallBlob, SmallBlobs } from '../../../ports/small-blobs.ts'
import type { Database } from '../database/database.ts'
import { mask } from './mask.ts'

/** Each row of a larger blob adds as many bytes to the log as a file has, and the checkpoint writes them again. */
const maxSmallBytes = 16 * 1024

interface SmallBlobOptions {
  database: Database
  /** Queues an event, and runs work in the transaction that stores it. Resolves when both survive a power cut. */
  push: (event: FinalizeEvent, alongside: () => void) => Promise<void>
}

/** Small blobs in rows of the SQLite database. A row is synced with the other changes of its group (docs/decisions/small-blobs.md). */
export class SqliteSmallBlobs implements SmallBlobs {
  readonly maxBytes = maxSmallBytes
  readonly #database: Database
  readonly #push: SmallBlobOptions['push']

  constructor({ database, push }: SmallBlobOptions) {
    this.#database = database
    this.#push = push
  }

  async insert(event: FinalizeEvent, bytes: Buffer, assertFree: () => void): Promise<void> {
    const { storagePath, generation } = event
    const masked = mask(storagePath, Buffer.from(bytes))
    const sql = `INSERT INTO small_blobs (storage_path, generation, size_bytes, bytes) VALUES (?, ?, ?, ?)
      ON CONFLICT DO NOTHING`
    await this.#push(event, () => {
      assertFree()
      const { changes } = this.#database
        .prepare(sql)
        .run(storagePath, generation, masked.length, masked)
      if (changes === 0) throw new Error(`${storagePath} already contains a blob`)
    })
  }

  read({ storagePath, generation }: BlobRef): Buffer | undefined {
    const sql = 'SELECT bytes FROM small_blobs WHERE storage_path = ? AND generation = ?'
    const row = this.#database.prepare(sql).get(storagePath, generation)
    return row && mask(storagePath, bufferOf(row['bytes']))
  }

  stat(storagePath: string): SmallBlob | undefined {
    const sql = `SELECT ${columns} FROM small_blobs WHERE storage_path = ?`
    const row = this.#database.prepare(sql).get(storagePath)
    return row && blobOf(row)
  }

  remove({ storagePath, generation }: BlobRef): Promise<boolean> {
    const sql = 'DELETE FROM small_blobs WHERE storage_path = ? AND generation = ?'
    return this.#changes(() => this.#database.prepare(sql).run(storagePath, generation))
  }

  list({ limit, after }: { limit: number; after: string }): SmallBlob[] {
    const sql = `SELECT ${columns} FROM small_blobs WHERE storage_path > ? ORDER BY storage_path LIMIT ?`
    return this.#database.prepare(sql).all(after, limit).map(blobOf)
  }

  readDerived({ storagePath, generation }: BlobRef, name: string): Buffer | undefined {
    const sql = `SELECT derived.bytes FROM small_derived AS derived JOIN small_blobs USING (storage_path)
      WHERE storage_path = ? AND generation = ? AND name = ?`
    const row = this.#database.prepare(sql).get(storagePath, generation, name)
    return row && bufferOf(row['bytes'])
  }

  writeDerived(
    { storagePath, generation }: BlobRef,
    name: string,
    bytes: Buffer,
  ): Promise<boolean> {
    const sql = `INSERT OR REPLACE INTO small_derived (storage_path, name, bytes)
      SELECT storage_path, ?, ? FROM small_blobs WHERE storage_path = ? AND generation = ?`
    return this.#changes(() =>
      this.#database.prepare(sql).run(name, bytes, storagePath, generation),
    )
  }

  /** Does not sync: a power cut may restore a deleted blob, which the sweep removes, or lose a derived file, which is a cache. */
  async #changes(statement: () => { changes: number | bigint }): Promise<boolean> {
    return (await this.#database.commit(statement)).changes > 0
  }
}

const columns = 'storage_path, generation, size_bytes'

function blobOf(row: Record<string, unknown>): SmallBlob {
  return {
    storagePath: String(row['storage_path']),
    generation: String(row['generation']),
    sizeBytes: Number(row['size_bytes']),
  }
}

/** SQLite copies the bytes of a row, so the caller owns them. */
function bufferOf(value: unknown): Buffer {
  const { buffer, byteOffset, byteLength } = value as Uint8Array<ArrayBuffer>
  return Buffer.from(buffer, byteOffset, byteLength)
}
