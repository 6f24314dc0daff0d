import type { FolderPage, FolderQuery } from '../../../model/folders/summaries.ts'
import type { Folders } from '../../../ports/folders.ts'
import type { Database } from '../database/database.ts'
import { summarize } from './summarize.ts'

/** The folders of the catalog in SQLite. */
export class SqliteFolders implements Folders {
  readonly #database: Database

  constructor({ database }: { database: Database }) {
    this.#database = database
  }

  async summarize(query: FolderQuery): Promise<FolderPage> {
    return summarize(this.#database, query)
  }
}
