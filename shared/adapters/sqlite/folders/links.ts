import {
  archiveLinkSchema,
  maxLinks,
  tooManyLinks,
  type ArchiveLink,
} from '../../../model/folders/archive-link.ts'
import type { Links } from '../../../ports/links.ts'
import type { Database } from '../database/database.ts'

/** Each write deletes up to this many expired links, so the table does not grow without bound. */
const maxDeletedPerWrite = 20

/** Links to archives in SQLite. */
export class SqliteLinks implements Links {
  readonly #database: Database
  readonly #now: () => Date

  constructor({ database, now }: { database: Database; now: () => Date }) {
    this.#database = database
    this.#now = now
  }

  async create(link: ArchiveLink): Promise<void> {
    const now = this.#now().toISOString()
    await this.#database.write(() => {
      const { workspaceId, hash, expiresAt } = link
      this.#deleteExpired(now)
      const sql = `SELECT count(*) AS links FROM archive_links INDEXED BY archive_links_by_workspace
        WHERE workspace_id = ? AND expires_at > ?`
      const row = this.#database.prepare(sql).get(workspaceId, now)
      if (Number(row?.['links']) >= maxLinks) throw tooManyLinks()
      this.#database
        .prepare('INSERT INTO archive_links VALUES (?, ?, ?, ?)')
        .run(hash, workspaceId, expiresAt, JSON.stringify(link))
    })
  }

  async get(hash: string): Promise<ArchiveLink | undefined> {
    const sql = 'SELECT link FROM archive_links WHERE hash = ? AND expires_at > ?'
    const now = this.#now().toISOString()
    const row = await this.#database.read(() => this.#database.prepare(sql).get(hash, now))
    return row && archiveLinkSchema.parse(JSON.parse(String(row['link'])))
  }

  #deleteExpired(now: string): void {
    const sql = `DELETE FROM archive_links WHERE hash IN (SELECT hash
      FROM archive_links INDEXED BY archive_links_by_expiry
      WHERE expires_at <= ? ORDER BY expires_at LIMIT ${maxDeletedPerWrite})`
    this.#database.prepare(sql).run(now)
  }
}
