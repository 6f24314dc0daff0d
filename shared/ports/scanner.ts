import type { Readable } from 'node:stream'
import type { Verdict } from '../model/verdict.ts'
import type { ByteRange } from './blob-store.ts'

/** A virus scanner. */
export interface Scanner {
  /**
   * Reads the body to its end or to the verdict, with backpressure.
   * - The verdict is `clean` only on an explicit clean reply.
   * - Throws `scanner-unavailable` if the scanner is down, too slow, disconnects or sends an unexpected reply.
   * - Rethrows an error of the body. Aborting closes the connection and rejects with the signal's reason.
   */
  scan(body: Readable, options?: ScanOptions): Promise<Verdict>

  /** The engine and its signatures. Throws `scanner-unavailable` when no engine answers. */
  version(): Promise<ScannerVersion>
}

export interface ScanOptions {
  signal?: AbortSignal
  /**
   * Opens the same bytes again, or a range of them, for a file that the engine cannot inspect in one pass. Resolves to
   * undefined if the bytes are deleted. Without `reopen`, and for deleted bytes, the scan of such a file throws.
   */
  reopen?: (range?: ByteRange) => Promise<Readable | undefined>
  /** The file's workspace. Scans of one workspace do not block the scans of another. */
  workspaceId?: string
}

export interface ScannerVersion {
  engine: string
  signatureVersion: string | null
  /** When the signatures were published, in ISO 8601. Absent if the engine does not report it. */
  signaturesAt?: string
}
