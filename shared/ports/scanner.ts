import type { Readable } from 'node:stream'
import type { Verdict } from '../model/verdict.ts'
import type { ByteRange } from './blob-store.ts'

/** A virus scanner. */
export interface Scanner {
  /**
   * Reads the body to its end, or to the verdict, with backpressure.
   * - Only a scanner that says so in so many words makes a verdict `clean`.
   * - A scanner that is down, slow, confused or cut off throws `scanner-unavailable`, never a verdict.
   * - An error of the body itself is thrown as it is. Aborting closes the connection and rejects with the signal's reason.
   */
  scan(body: Readable, options?: ScanOptions): Promise<Verdict>

  /** Which engine answers, with which signatures; throws `scanner-unavailable` when none does. */
  version(): Promise<ScannerVersion>
}

export interface ScanOptions {
  signal?: AbortSignal
  /**
   * Opens the same bytes, or a range of them, again: for a file that the engine cannot see into without help. Undefined where
   * they are gone. Without it, or where they are gone, the scan of such a file throws.
   */
  reopen?: (range?: ByteRange) => Promise<Readable | undefined>
  /** Whose file it is: scans of one workspace do not hold up those of another. */
  workspaceId?: string
}

export interface ScannerVersion {
  engine: string
  signatureVersion: string | null
  /** The instant, in ISO 8601, at which the signatures were made; absent where the engine does not say. Later ones know more. */
  signaturesAt?: string
}
