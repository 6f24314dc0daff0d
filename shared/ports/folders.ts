import type { FolderPage, FolderQuery } from '../model/folders/summaries.ts'

/** Folders of workspaces. A folder is the text of paths up to a `/`; it exists while a file outside the trash is in it. */
export interface Folders {
  /**
   * One page of the direct subfolders of a folder, in the order of their paths, with the ready files of each at any depth.
   * - Each subfolder that contains a file outside the trash is listed once over all pages.
   * - Reads at most `maxExamined` files. A subfolder that the rest of a page cannot read whole is first on the next page. One
   *   with more files than a page reads has the counts of its first files, and `isMinimum`.
   * - With `sessionId`, files of other sessions do not exist.
   */
  summarize(query: FolderQuery): Promise<FolderPage>
}
