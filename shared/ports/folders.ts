import type { FileRecord } from '../model/file.ts'
import type { FolderOperation, OperationRequest } from '../model/folders/operation.ts'
import type { FolderPage, FolderQuery } from '../model/folders/summaries.ts'
import type { Total } from '../model/listing.ts'

/**
 * Folders of workspaces. A folder is the text of paths up to a `/`; it exists while a file outside the trash is in it.
 *
 * An operation on a folder changes its files in steps. Each step is one transaction that changes at most `maxFilesPerStep`
 * files and stores the progress in the operation's record. After a crash any process can continue an operation.
 */
export interface Folders {
  /**
   * One page of the direct subfolders of a folder, in the order of their paths, with the ready files of each at any depth.
   * - Each subfolder that contains a file outside the trash is listed once over all pages.
   * - Reads at most `maxExamined` files. A subfolder that the rest of a page cannot read whole is first on the next page. One
   *   with more files than a page reads has the counts of its first files, and `isMinimum`.
   * - With `sessionId`, files of other sessions do not exist.
   */
  summarize(query: FolderQuery): Promise<FolderPage>

  /**
   * Stores an operation and takes its first step.
   * - Files that are reserved after the start do not change.
   * - `move` replaces `folder` at the start of each path by `to`, as `Catalog.update` moves a file. Refuses a file whose target
   *   is taken, or not a valid path, or in `folder`, and a pending file. A refused file stays where it is.
   * - A move throws `not-found` if the folder contains no file.
   * - `delete` removes each file as `Catalog.remove` does, with the start of the operation as `deletedAt`. Does not trim the
   *   trash. Call `Catalog.trimTrash` afterwards.
   * - `restore` of a folder takes files out of the trash: of each path the file that was deleted last. Refuses a file whose path
   *   is taken, or that exceeds the quota or a limit.
   * - `restore` with `undoes` takes exactly the files of one deletion out of the trash, and ends the deletion if it is running.
   *   Throws `not-found` for an unknown deletion.
   * - Throws `too-many-requests` if the operation needs another step and `maxRunningOperations` operations are running.
   */
  start(request: OperationRequest): Promise<FolderStep>

  /**
   * Takes the next step of a running operation, and stores the number of its files, if that is given. Does not change an
   * operation that has ended. Of two concurrent calls the later one continues after the earlier one. Resolves to undefined for
   * an unknown operation.
   */
  advance(workspaceId: string, id: string, total?: Total): Promise<FolderStep | undefined>

  /** The record of an operation. Kept until `expiresAt` at least, then undefined. */
  get(workspaceId: string, id: string): Promise<FolderOperation | undefined>

  /** Running operations of all workspaces whose last step was before an instant, the oldest first. */
  listRunning(query: { before: Date; limit: number }): Promise<FolderOperation[]>
}

export interface FolderStep {
  operation: FolderOperation
  /** Pending files that were purged. The caller deletes their bytes. */
  purged: FileRecord[]
}
