import type { BlobRef } from '../../ports/blob-store.ts'
import type { Quarantine, QuarantineNote } from '../../ports/quarantine.ts'
import { encodeWorkspaceId } from '../../model/storage-path.ts'
import { GcsClient, type GcsOptions } from './client.ts'
import { copyObject } from './copy.ts'
import { isMissing, isTaken } from './errors.ts'
import type { GcsObject } from './object.ts'
import { objectAt } from './locate.ts'

export interface GcsQuarantineOptions extends GcsOptions {
  /** The bucket for quarantined objects. Default: the bucket of the blobs. */
  quarantineBucket?: string
  includesUploads: boolean
  retentionDays: number
  now: () => Date
}

/** Outside of `workspaces/`, so that no storage path refers to these objects and listings of blobs exclude them. */
const prefix = 'quarantine/'
const pageLength = 1000
const dayMs = 24 * 3600 * 1000

/** Infected bytes in Cloud Storage, below `quarantine/{workspace}/{fileId}/`. The custom metadata of the object is the note. */
export class GcsQuarantine implements Quarantine {
  readonly includesUploads: boolean
  readonly #source: GcsClient
  readonly #kept: GcsClient
  readonly #options: GcsQuarantineOptions

  private constructor(source: GcsClient, kept: GcsClient, options: GcsQuarantineOptions) {
    this.#source = source
    this.#kept = kept
    this.#options = options
    this.includesUploads = options.includesUploads
  }

  static async open(options: GcsQuarantineOptions): Promise<GcsQuarantine> {
    const bucket = options.quarantineBucket ?? options.bucket
    const source = await GcsClient.open(options)
    return new GcsQuarantine(source, await GcsClient.open({ ...options, bucket }), options)
  }

  async keep({ storagePath, generation }: BlobRef, note: QuarantineNote): Promise<void> {
    const from = objectAt(this.#source.bucket, storagePath)
    if (from === undefined) throw new Error(`${storagePath} is not a storage path of this store`)
    const { workspaceId, fileId } = note
    const to = `${prefix}${encodeWorkspaceId(workspaceId)}/${fileId}/${generation}.quarantined`
    if (await this.#kept.find(to)) return
    const resource = {
      contentType: 'application/octet-stream',
      contentDisposition: 'attachment',
      metadata: metadataOf(note, storagePath),
    }
    const toBucket = this.#kept.bucket
    try {
      await copyObject(this.#source, { from, generation, to, toBucket, resource })
    } catch (error) {
      const isThere = isTaken(error) && (await this.#kept.find(to)) !== undefined
      const isGone = isMissing(error) && (await this.#source.find(from))?.generation !== generation
      if (!isThere && !isGone) throw this.#kept.explained(error)
    }
  }

  async removeExpired(): Promise<number> {
    const before = new Date(this.#options.now().getTime() - this.#options.retentionDays * dayMs)
    let removed = 0
    let after: string | undefined
    do {
      const page = await this.#list(after)
      for (const object of page.items) {
        if (object.timeCreated >= before) continue
        await this.#remove(object)
        removed += 1
      }
      after = page.nextPageToken
    } while (after !== undefined)
    return removed
  }

  async #list(pageToken: string | undefined) {
    return this.#kept.list({ prefix, maxResults: pageLength, pageToken })
  }

  /** Another sweep may have removed the object. */
  async #remove({ name, generation }: GcsObject): Promise<void> {
    await this.#kept.remove(name, { generation })
  }
}

/** Custom metadata must be ASCII text, because it is sent in header fields. */
function metadataOf(note: QuarantineNote, storagePath: string): Record<string, string> {
  const { workspaceId, fileId, threat, checksum, sizeBytes, engine, scannedAt } = note
  return {
    'coffer-workspace': encodeURIComponent(workspaceId),
    'coffer-file': fileId,
    'coffer-threat': encodeURIComponent(threat),
    'coffer-sha256': checksum,
    'coffer-size-bytes': String(sizeBytes),
    'coffer-engine': encodeURIComponent(engine),
    'coffer-signatures': encodeURIComponent(note.signatureVersion ?? ''),
    'coffer-scanned-at': scannedAt,
    'coffer-storage-path': storagePath,
  }
}
