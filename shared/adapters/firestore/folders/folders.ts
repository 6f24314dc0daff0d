import type { FolderPage, FolderQuery } from '../../../model/folders/summaries.ts'
import type { Folders } from '../../../ports/folders.ts'
import type { FirestoreConnection } from '../connection.ts'
import { filesOf } from '../documents.ts'
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
}
