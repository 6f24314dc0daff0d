import type { Charset, Scan } from './file.ts'

export type Verdict =
  | { verdict: 'clean' }
  | { verdict: 'infected'; threat: string }
  | { verdict: 'unscannable'; reason: UnscannableReason }

/** Why a file could not be scanned. Part of the API: the meaning of a value never changes. */
export type UnscannableReason =
  | 'encrypted'
  /** The file or its unpacked content is larger than the scanner accepts. */
  | 'size-limit'
  | 'time-limit'
  | 'nesting-limit'
  | 'file-count-limit'
  /** Another limit of the scanner. */
  | 'scan-limit'
  /** Unpacks to far more than its own size. */
  | 'archive-bomb'
  /** An archive that the scanner cannot unpack. */
  | 'unsupported-archive'

/** The result of scanning one generation. */
export interface Settlement {
  generation: string
  sizeBytes: number
  checksum: string
  mimeType: string
  /** The encoding detected from the bytes of a text. */
  charset?: Charset
  scan: Scan
}

/** The result of scanning a generation again. */
export type RescanOutcome = Pick<Settlement, 'generation' | 'scan'>
