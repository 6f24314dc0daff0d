import { createHash } from 'node:crypto'
import { parseFileId } from '../../shared/model/path.ts'
import type { FileId } from '../../shared/model/ids.ts'
import type { Verdict } from '../../shared/model/verdict.ts'
import type { UploadSession } from '../../shared/ports/blob-store.ts'
import { odd, SignatureScanner, virus } from '../support/clamd/signature-scanner.ts'
import { Checker } from './checker.ts'
import type { Command } from './script.ts'
import type { Content } from './steps.ts'
import type { View } from './view.ts'
import type { ModelWorld, OpenWorld } from './world.ts'

const quotaBytes = 70
export const limits = { maxFileBytes: 40, uploadExpirySeconds: 3600, trashRetentionDays: 30 }

const dayMs = 24 * 3_600_000

type User = Command['user']

/** An open resumable upload, and how many of its bytes are sent. */
export interface ResumableUpload {
  user: User
  session: UploadSession
  bytes: Buffer
  sentBytes: number
}

/** Bytes, and the kind that determines their verdict. */
export interface FileContent {
  bytes: Buffer
  kind: Content['kind']
}

/** For each kind: its marker, the day of the first signatures that detect it, and the verdict. */
const signatures: Record<Content['kind'], { marker: string; day: number; verdict: Verdict }> = {
  clean: { marker: 'C0', day: Infinity, verdict: { verdict: 'clean' } },
  virus: { marker: 'V1', day: 1, verdict: virus },
  encrypted: { marker: 'E1', day: 1, verdict: odd },
  'later-virus': { marker: 'V2', day: 2, verdict: virus },
  'later-encrypted': { marker: 'E2', day: 2, verdict: odd },
  'latest-virus': { marker: 'V3', day: 3, verdict: virus },
}

/** State of one run: stores, checker, scanner, clock, and the expected content of each file. */
export class Stage {
  readonly world: ModelWorld
  readonly checker: Checker
  readonly scanner = new SignatureScanner()
  readonly contents = new Map<FileId, FileContent>()
  /** All generated ids, newest first. */
  readonly ids: Record<User, FileId[]> = { ann: [], bob: [] }
  readonly resumableUploads: ResumableUpload[] = []
  /** Infected or unscannable files whose blobs remain after a crash. A sweep removes the blobs. */
  readonly leftovers = new Set<FileId>()
  readonly now: () => Date
  readonly #clock: { time: number }
  #idCount = 0
  #day = 0

  private constructor(world: ModelWorld, checker: Checker, clock: { time: number }) {
    this.world = world
    this.checker = checker
    this.#clock = clock
    this.now = () => new Date(clock.time)
    this.updateSignatures()
  }

  static async open(openWorld: OpenWorld): Promise<Stage> {
    const clock = { time: Date.now() }
    const options = { quotaBytes, now: () => new Date(clock.time) }
    return new Stage(await openWorld(options), new Checker(options), clock)
  }

  advance(milliseconds: number): void {
    this.#clock.time += milliseconds
  }

  /** Whether a sweep must keep the file: it is neither deleted nor rejected, or its retention has not ended. */
  isRetained({ deletedAt, rejectedAt }: View): boolean {
    const before = new Date(this.#clock.time - limits.trashRetentionDays * dayMs).toISOString()
    const removedAt = deletedAt ?? rejectedAt
    return removedAt === null || removedAt >= before
  }

  /** Loads the signatures of the next day. */
  updateSignatures(): void {
    this.#day += 1
    const known = Object.values(signatures).filter(({ day }) => day === this.#day)
    this.scanner.learn(Object.fromEntries(known.map(({ marker, verdict }) => [marker, verdict])))
  }

  /** Checks the calls since the last step, then advances the clock by 1 ms. Only concurrent calls share a timestamp. */
  async step(): Promise<void> {
    const [catalog] = this.world.catalogs
    if (catalog) await this.checker.check(catalog)
    this.advance(1)
  }

  /** Expected verdict under the current signatures. */
  verdictOf(content: FileContent): Verdict['verdict'] {
    return verdictOn(content, this.#day)
  }

  /** Expected verdict under the signatures of a given time. */
  verdictAt(content: FileContent, signaturesAt: string): Verdict['verdict'] {
    return verdictOn(content, new Date(signaturesAt).getUTCDate() - 1)
  }

  /** Returns new bytes. They are unique unless too short. */
  newContent({ sizeBytes, kind }: Content): FileContent {
    const length = sizeBytes === 0 ? 0 : Math.max(sizeBytes, 2)
    const text = `${signatures[kind].marker}${(this.#idCount + 1).toString(36)}`
    return { kind, bytes: Buffer.from(text.padEnd(length, '.').slice(0, length)) }
  }

  newId(user: User, content: FileContent): FileId {
    this.#idCount += 1
    const id = parseFileId(`00000000-0000-4000-8000-${String(this.#idCount).padStart(12, '0')}`)
    if (!id) throw new Error('The generated id is not a valid file id.')
    this.contents.set(id, content)
    this.ids[user].unshift(id)
    return id
  }
}

function verdictOn({ bytes, kind }: FileContent, today: number): Verdict['verdict'] {
  const { day, verdict } = signatures[kind]
  return bytes.length > 0 && day <= today ? verdict.verdict : 'clean'
}

export function checksumOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
