import {
  endOf,
  isPurged,
  maxEvictedShares,
  maxShares,
  purgeAtOf,
  revoked,
  shareSchema,
  tooManyShares,
  withDownloads,
  type Downloads,
  type Share,
} from '../../../model/shares/share.ts'
import type { ShareKey, SharePage, ShareQuery, Shares } from '../../../ports/shares.ts'
import type { Database } from '../database/database.ts'
import { newestFirst } from '../database/newest-first.ts'

/** Each creation deletes up to this many purged shares of any workspace, so the table does not grow without bound. */
const maxPurgedPerWrite = 20

/** Shares in SQLite. */
export class SqliteShares implements Shares {
  readonly #database: Database
  readonly #now: () => Date

  constructor({ database, now }: { database: Database; now: () => Date }) {
    this.#database = database
    this.#now = now
  }

  async create(share: Share): Promise<void> {
    await this.#database.write(() => {
      const now = this.#now().toISOString()
      this.#deletePurged(now)
      this.#makeRoom(share.workspaceId, now)
      const { id, workspaceId, session = null, createdAt } = share
      const times = [createdAt, endOf(share), purgeAtOf(share).toISOString()]
      this.#database
        .prepare('INSERT INTO shares VALUES (?, ?, ?, ?, ?, ?, ?)')
        .run(id, workspaceId, session, ...times, JSON.stringify(share))
    })
  }

  async get(id: string): Promise<Share | undefined> {
    return this.#database.read(() => this.#read(id))
  }

  async list(query: ShareQuery): Promise<SharePage> {
    const table = { table: 'shares', column: 'share', decode } as const
    const { records, next } = await newestFirst(this.#database, table, {
      ...query,
      now: this.#now(),
    })
    return { shares: records, ...(next && { next }) }
  }

  async revoke({ workspaceId, session, id }: ShareKey): Promise<Share | undefined> {
    return this.#database.write(() => {
      const share = this.#read(id)
      if (share?.workspaceId !== workspaceId) return undefined
      if (session !== undefined && share.session !== session) return undefined
      return this.#replace(revoked(share, this.#now()))
    })
  }

  async countDownloads(id: string, downloads: Downloads): Promise<void> {
    await this.#database.write(() => {
      const share = this.#read(id)
      if (share) this.#replace(withDownloads(share, downloads))
    })
  }

  #read(id: string): Share | undefined {
    const row = this.#database.prepare('SELECT share FROM shares WHERE id = ?').get(id)
    const share = row && decode(row['share'])
    return share && !isPurged(share, this.#now()) ? share : undefined
  }

  #replace(share: Share): Share {
    this.#database
      .prepare('UPDATE shares SET ends_at = ?, share = ? WHERE id = ?')
      .run(endOf(share), JSON.stringify(share), share.id)
    return share
  }

  #makeRoom(workspaceId: string, now: string): void {
    const count = this.#database
      .prepare(
        'SELECT count(*) AS shares FROM shares INDEXED BY shares_by_creation WHERE workspace_id = ?',
      )
      .get(workspaceId)
    if (Number(count?.['shares']) < maxShares) return
    const sql = `DELETE FROM shares WHERE id IN (SELECT id FROM shares INDEXED BY shares_by_end
      WHERE workspace_id = ? AND ends_at <= ? ORDER BY ends_at, id LIMIT ${maxEvictedShares})`
    const { changes } = this.#database.prepare(sql).run(workspaceId, now)
    if (Number(changes) === 0) throw tooManyShares()
  }

  #deletePurged(now: string): void {
    const sql = `DELETE FROM shares WHERE id IN (SELECT id FROM shares INDEXED BY shares_by_purge
      WHERE purge_at <= ? ORDER BY purge_at LIMIT ${maxPurgedPerWrite})`
    this.#database.prepare(sql).run(now)
  }
}

function decode(share: unknown): Share {
  return shareSchema.parse(JSON.parse(String(share)))
}
