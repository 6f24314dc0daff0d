import { createHash, randomUUID } from 'node:crypto'
import type { FileRecord, PendingFile, ReadyFile, Scan } from '../../../shared/model/file.ts'
import { parsePath } from '../../../shared/model/path.ts'
import type { FileId } from '../../../shared/model/ids.ts'
import { defaultRecordLimits } from '../../../shared/model/record-limits.ts'
import type { ListPage, ListQuery } from '../../../shared/model/listing.ts'
import type { ReserveRequest } from '../../../shared/model/reservation.ts'
import type { SettleResult } from '../../../shared/model/settlement.ts'
import type { Settlement } from '../../../shared/model/verdict.ts'
import type { Counters, RecordLimits } from '../../../shared/model/usage.ts'
import type { Folders } from '../../../shared/ports/folders.ts'
import type { Links } from '../../../shared/ports/links.ts'
import type { FullCatalog } from '../../../shared/ports/ports.ts'
import type { Runs } from '../../../shared/ports/runs.ts'
import type { Shares } from '../../../shared/ports/shares.ts'
import type { Trail } from '../../../shared/ports/trail.ts'

/** Opens an empty catalog. Disposing it deletes its contents. */
export type OpenCatalog = (options: {
  quotaBytes: number
  recordLimits?: RecordLimits
  now: () => Date
}) => Promise<OpenedCatalog & AsyncDisposable>

export interface OpenedCatalog {
  catalog: FullCatalog & {
    folders: Folders
    links: Links
    runs: Runs
    shares: Shares
    trail: Trail
  }
  /** Changes counters without the catalog, to simulate a fault or a manual change. */
  drift?: (workspaceId: string, by: Partial<Counters>) => Promise<void>
}

export const user = 'user-1'

const day = Date.UTC(2026, 0, 1)

type Changed<Request> = Partial<Omit<Request, 'path'>>

/** A catalog with its clock and the steps that the tests of the contract share. */
export class World implements AsyncDisposable {
  readonly catalog: FullCatalog
  readonly folders: Folders
  readonly links: Links
  readonly runs: Runs
  readonly shares: Shares
  readonly trail: Trail
  readonly #opened: OpenedCatalog & AsyncDisposable
  readonly #clock: { time: number }

  private constructor(opened: OpenedCatalog & AsyncDisposable, clock: { time: number }) {
    this.catalog = opened.catalog
    this.folders = opened.catalog.folders
    this.links = opened.catalog.links
    this.runs = opened.catalog.runs
    this.shares = opened.catalog.shares
    this.trail = opened.catalog.trail
    this.#opened = opened
    this.#clock = clock
  }

  static async open(
    open: OpenCatalog,
    quotaBytes = 1000,
    recordLimits?: Partial<RecordLimits>,
  ): Promise<World> {
    const clock = { time: day }
    const limits = recordLimits && { ...defaultRecordLimits, ...recordLimits }
    const options = { quotaBytes, now: () => new Date(clock.time) }
    return new World(await open({ ...options, ...(limits && { recordLimits: limits }) }), clock)
  }

  get now(): Date {
    return new Date(this.#clock.time)
  }

  advance(milliseconds: number): void {
    this.#clock.time += milliseconds
  }

  async reserve(path: string, changed: Changed<ReserveRequest> = {}): Promise<PendingFile> {
    return this.catalog.reserve({
      id: newId(),
      workspaceId: user,
      path: parsePath(path),
      mimeType: 'text/plain',
      maxBytes: 10,
      storagePath: 'local://user-1/some/path',
      metadata: {},
      origin: 'user-upload',
      expiresAt: new Date(this.#clock.time + 60_000),
      onConflict: 'fail',
      ...changed,
    })
  }

  async settle(file: FileRecord, changed: Partial<Settlement> = {}): Promise<SettleResult> {
    return this.catalog.settle(file, {
      generation: '1',
      sizeBytes: file.sizeBytes,
      checksum: checksumOf(file.id),
      mimeType: 'text/plain',
      scan: clean,
      ...changed,
    })
  }

  /** Adds a ready file of `maxBytes` bytes. */
  async upload(path: string, changed: Changed<ReserveRequest> = {}): Promise<ReadyFile> {
    const { file } = await this.settle(await this.reserve(path, changed))
    if (file?.state !== 'ready') throw new Error(`The upload to ${path} is not ready.`)
    return file
  }

  async get(file: { workspaceId: string; id: FileId }): Promise<FileRecord | undefined> {
    return this.catalog.get(file.workspaceId, file.id)
  }

  async ownerOf(path: string): Promise<FileId | undefined> {
    const file = await this.catalog.getByPath(user, parsePath(path))
    return file?.state === 'ready' && !file.isDeleted ? file.id : undefined
  }

  /** Reads the byte counters. */
  async counters(): Promise<ByteCounters> {
    const { liveBytes, liveCount, reservedBytes, trashBytes } = await this.catalog.usage(user)
    return { liveBytes, liveCount, reservedBytes, trashBytes }
  }

  /** Reads the record counters. */
  async recordCounters(): Promise<Omit<Counters, keyof ByteCounters>> {
    const usage = await this.catalog.usage(user)
    const { recordCount, trashCount, openUploads, metadataBytes, trashMetadataBytes } = usage
    return { recordCount, trashCount, openUploads, metadataBytes, trashMetadataBytes }
  }

  async list(changed: Partial<ListQuery> = {}): Promise<ListPage> {
    return this.catalog.list({ ...listed, ...changed })
  }

  /** Reads all pages of a query. Returns the listed entries as text, in order. */
  async listAll(changed: Partial<ListQuery> = {}): Promise<string[]> {
    const texts: string[] = []
    let after: ListQuery['after']
    do {
      const page = await this.list({ ...changed, ...(after && { after }) })
      texts.push(...page.files.map((file) => file.path), ...page.folders)
      after = page.next
    } while (after)
    return texts
  }

  async drift(workspaceId: string, by: Partial<Counters>): Promise<void> {
    if (!this.#opened.drift) throw new Error('This catalog does not support drift.')
    await this.#opened.drift(workspaceId, by)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened[Symbol.asyncDispose]()
  }
}

const listed: ListQuery = {
  workspaceId: user,
  deleted: false,
  sort: 'path',
  descending: false,
  limit: 100,
}

const engine = { engine: 'test', signatureVersion: null, scannedAt: '2026-01-01T00:00:00.000Z' }
export const clean: Scan = { verdict: 'clean', ...engine }
export const infected: Scan = { verdict: 'infected', threat: 'Eicar-Test-Signature', ...engine }
export const unscannable: Scan = { verdict: 'unscannable', reason: 'encrypted', ...engine }

export function newId(): FileId {
  return randomUUID() as FileId
}

/** The checksum of a text. Files settle with the checksum of their id. */
export function checksumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Returns the reason for the rejection of the promise. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'none'
  } catch (error) {
    return error instanceof Error && 'code' in error
      ? String(error.code)
      : `fault: ${String(error)}`
  }
}

type ByteCounters = Pick<Counters, 'liveBytes' | 'liveCount' | 'reservedBytes' | 'trashBytes'>

export type Begin = (quotaBytes?: number, recordLimits?: Partial<RecordLimits>) => Promise<World>
