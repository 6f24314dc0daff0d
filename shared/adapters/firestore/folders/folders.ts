import type { FolderOperation, OperationRequest } from '../../../model/folders/operation.ts'
import type { FolderPage, FolderQuery } from '../../../model/folders/summaries.ts'
import type { Total } from '../../../model/listing.ts'
import type { Folders, FolderStep } from '../../../ports/folders.ts'
import type { FirestoreConnection } from '../connection.ts'
import { filesOf } from '../documents.ts'
import { advanceOperation, startOperation } from './operate.ts'
import { decodeOperation, listRunning, operationOf } from './operations.ts'
import { summarize } from './summarize.ts'

/** The folders of the catalog in Firestore. */
export class FirestoreFolders implements Folders {
  readonly #connection: FirestoreConnection

  constructor(connection: FirestoreConnection) {
    this.#connection = connection
  }

  async summarize(query: FolderQuery): Promise<FolderPage> {
    const files = filesOf(this.#connection.workspace(query.workspaceId))
    return this.#connection.run(summarize(files, query))
  }

  async start(request: OperationRequest): Promise<FolderStep> {
    return this.#connection.change(request.workspaceId, (transaction) =>
      startOperation(transaction, request),
    )
  }

  async advance(workspaceId: string, id: string, total?: Total): Promise<FolderStep | undefined> {
    return this.#connection.change(workspaceId, (transaction) =>
      advanceOperation(transaction, id, total),
    )
  }

  async get(workspaceId: string, id: string): Promise<FolderOperation | undefined> {
    const ref = operationOf(this.#connection.workspace(workspaceId), id)
    return decodeOperation(await this.#connection.run(ref.get()))
  }

  async listRunning(query: { before: Date; limit: number }): Promise<FolderOperation[]> {
    return this.#connection.run(listRunning(this.#connection.firestore, query))
  }
}
