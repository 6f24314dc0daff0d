import type { FolderOperation, OperationRequest } from '../../../model/folders/operation.ts'
import type { FolderPage, FolderQuery } from '../../../model/folders/summaries.ts'
import type { Total } from '../../../model/listing.ts'
import type { Allowance } from '../../../model/usage.ts'
import type { Folders, FolderStep } from '../../../ports/folders.ts'
import type { Database } from '../database/database.ts'
import { advanceOperation, startOperation } from './operate.ts'
import { listRunning, readOperation } from './operations.ts'
import { summarize } from './summarize.ts'

interface SqliteFoldersOptions {
  database: Database
  allowance: Allowance
  now: () => Date
}

/** The folders of the catalog in SQLite. */
export class SqliteFolders implements Folders {
  readonly #database: Database
  readonly #allowance: Allowance
  readonly #now: () => Date

  constructor({ database, allowance, now }: SqliteFoldersOptions) {
    this.#database = database
    this.#allowance = allowance
    this.#now = now
  }

  async summarize(query: FolderQuery): Promise<FolderPage> {
    return summarize(this.#database, query)
  }

  async start(request: OperationRequest): Promise<FolderStep> {
    const context = this.#context()
    return this.#database.write(() => startOperation(context, request))
  }

  async advance(workspaceId: string, id: string, total?: Total): Promise<FolderStep | undefined> {
    const context = this.#context()
    return this.#database.write(() => {
      const operation = readOperation(this.#database, workspaceId, id)
      return operation && advanceOperation(context, operation, total)
    })
  }

  async get(workspaceId: string, id: string): Promise<FolderOperation | undefined> {
    return this.#database.read(() => readOperation(this.#database, workspaceId, id))
  }

  async listRunning(query: { before: Date; limit: number }): Promise<FolderOperation[]> {
    return this.#database.read(() => listRunning(this.#database, query))
  }

  #context() {
    return { database: this.#database, allowance: this.#allowance, now: this.#now() }
  }
}
