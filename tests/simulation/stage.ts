import { createHash } from 'node:crypto'
import { parseFileId } from '../../shared/model/path.ts'
import type { FileId } from '../../shared/model/ids.ts'
import type { Verdict } from '../../shared/model/verdict.ts'
import type { UploadSession } from '../../shared/ports/blob-store.ts'
import { odd, SignatureScanner, virus } from '../support/clamd/signature-scanner.ts'
import { Judge } from './judge.ts'
import type { Act } from './script.ts'
import type { Content } from './steps.ts'
import type { View } from './view.ts'
import type { ModelWorld, OpenWorld } from './world.ts'

const quotaBytes = 70
export const limits = { maxFileBytes: 40, uploadExpirySeconds: 3600, trashRetentionDays: 30 }

const dayMs = 24 * 3_600_000

type User = Act['user']

/** A resumable upload, from where it was opened to where its bytes came. */
export interface Ticket {
  user: User
  session: UploadSession
  bytes: Buffer
  heldBytes: number
}

/** Bytes, and what a scanner with signatures of a day says of them. */
export interface Bytes {
  bytes: Buffer
  kind: Content['kind']
}

/** The word that a scanner knows each kind by, and since which signatures. */
const words: Record<Content['kind'], { word: string; day: number; verdict: Verdict }> = {
  clean: { word: 'C0', day: Infinity, verdict: { verdict: 'clean' } },
  virus: { word: 'V1', day: 1, verdict: virus },
  encrypted: { word: 'E1', day: 1, verdict: odd },
  'later-virus': { word: 'V2', day: 2, verdict: virus },
  'later-encrypted': { word: 'E2', day: 2, verdict: odd },
  'latest-virus': { word: 'V3', day: 3, verdict: virus },
}

/** All that one run works with, and what is known of its files without asking the service. */
export class Stage {
  readonly world: ModelWorld
  readonly judge: Judge
  readonly scanner = new SignatureScanner()
  readonly contents = new Map<FileId, Bytes>()
  /** Ids that were drawn, the latest first. */
  readonly ids: Record<User, FileId[]> = { ann: [], bob: [] }
  readonly tickets: Ticket[] = []
  /** Refused files whose bytes a crash left behind, for a sweep. */
  readonly lingering = new Set<FileId>()
  readonly now: () => Date
  readonly #clock: { time: number }
  #drawn = 0
  #day = 0

  private constructor(world: ModelWorld, judge: Judge, clock: { time: number }) {
    this.world = world
    this.judge = judge
    this.#clock = clock
    this.now = () => new Date(clock.time)
    this.learn()
  }

  static async open(openWorld: OpenWorld): Promise<Stage> {
    const clock = { time: Date.now() }
    const options = { quotaBytes, now: () => new Date(clock.time) }
    return new Stage(await openWorld(options), new Judge(options), clock)
  }

  pass(milliseconds: number): void {
    this.#clock.time += milliseconds
  }

  /** Whether the retention of a file that is deleted or refused has not passed, or it is neither: a sweep leaves it. */
  isRetained({ deletedAt, rejectedAt }: View): boolean {
    const before = new Date(this.#clock.time - limits.trashRetentionDays * dayMs).toISOString()
    const goneAt = deletedAt ?? rejectedAt
    return goneAt === null || goneAt >= before
  }

  /** Signatures of the next day. */
  learn(): void {
    this.#day += 1
    const known = Object.values(words).filter(({ day }) => day === this.#day)
    this.scanner.learn(Object.fromEntries(known.map(({ word, verdict }) => [word, verdict])))
  }

  /** Judges what was done, and lets a millisecond pass: no two changes are of one instant unless they overlap. */
  async step(): Promise<void> {
    const [catalog] = this.world.catalogs
    if (catalog) await this.judge.judge(catalog)
    this.pass(1)
  }

  /** What a scanner of today must say. */
  verdictOf(content: Bytes): Verdict['verdict'] {
    return verdictOn(content, this.#day)
  }

  /** What a scanner with signatures of an instant must say. */
  verdictAt(content: Bytes, signaturesAt: string): Verdict['verdict'] {
    return verdictOn(content, new Date(signaturesAt).getUTCDate() - 1)
  }

  /** Bytes that no other file has, unless they are few. */
  newBytes({ sizeBytes, kind }: Content): Bytes {
    const length = sizeBytes === 0 ? 0 : Math.max(sizeBytes, 2)
    const text = `${words[kind].word}${(this.#drawn + 1).toString(36)}`
    return { kind, bytes: Buffer.from(text.padEnd(length, '.').slice(0, length)) }
  }

  newId(user: User, content: Bytes): FileId {
    this.#drawn += 1
    const id = parseFileId(`00000000-0000-4000-8000-${String(this.#drawn).padStart(12, '0')}`)
    if (!id) throw new Error('This is a UUIDv4.')
    this.contents.set(id, content)
    this.ids[user].unshift(id)
    return id
  }
}

function verdictOn({ bytes, kind }: Bytes, today: number): Verdict['verdict'] {
  const { day, verdict } = words[kind]
  return bytes.length > 0 && day <= today ? verdict.verdict : 'clean'
}

export function checksumOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
