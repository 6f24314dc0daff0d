import type { ArchiveLink } from '../model/folders/archive-link.ts'

/** Links to archives, which work without a token. Stored, so that no function needs a secret to create or check them. */
export interface Links {
  /**
   * Stores a link.
   * - Throws `too-many-requests` if the workspace has `maxLinks` links that have not expired.
   */
  create(link: ArchiveLink): Promise<void>

  /** The link with this hash. Undefined for an unknown or expired link. */
  get(hash: string): Promise<ArchiveLink | undefined>
}
