import type { SessionId } from '../model/ids.ts'
import type { Downloads, Share } from '../model/shares/share.ts'

/** Shares of files and folders, which work without a token. */
export interface Shares {
  /**
   * Stores a share.
   * - If the workspace has `maxShares` shares, deletes up to `maxEvictedShares` that have ended, the earliest end first.
   * - Throws `quota-exceeded` if none of them has ended.
   */
  create(share: Share): Promise<void>

  /** The share with this id, also after its end. Undefined for an unknown share, and when `isPurged`. */
  get(id: string): Promise<Share | undefined>

  /**
   * One page of the shares of a workspace, also of those that have ended, the last created first. Excludes shares that are
   * `isPurged`.
   * - With `session`, other shares than those of that session do not exist.
   */
  list(query: ShareQuery): Promise<SharePage>

  /**
   * Revokes an active share. Resolves to the share, unchanged if it has ended. Resolves to undefined for an unknown share, and
   * for one of another workspace or, with `session`, of another session.
   */
  revoke(key: ShareKey): Promise<Share | undefined>

  /**
   * Adds downloads to the count of a share, and sets `lastDownloadAt` unless it is later already. Concurrent calls are all
   * counted. Does nothing for an unknown share.
   */
  countDownloads(id: string, downloads: Downloads): Promise<void>
}

export interface ShareQuery {
  workspaceId: string
  session?: SessionId
  limit: number
  after?: SharePosition
}

export interface SharePage {
  shares: Share[]
  /** The position of the next page, if there is one. */
  next?: SharePosition
}

export type SharePosition = Pick<Share, 'createdAt' | 'id'>

export type ShareKey = Pick<Share, 'workspaceId' | 'id'> & { session?: SessionId }
