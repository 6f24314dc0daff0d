import type { Charset, Scan } from './file.ts'

export type Verdict =
  | { verdict: 'clean' }
  | { verdict: 'infected'; threat: string }
  | { verdict: 'unscannable'; reason: UnscannableReason }

/** Why a file could not be looked into: for programs to tell apart, and never changed in its meaning. */
export type UnscannableReason =
  | 'encrypted'
  /** The file, or what it unpacks to, is larger than the scanner takes. */
  | 'size-limit'
  | 'time-limit'
  | 'nesting-limit'
  | 'file-count-limit'
  /** Any other limit of the scanner's. */
  | 'scan-limit'
  /** Made to unpack to far more than it holds. */
  | 'archive-bomb'
  /** An archive that the scanner cannot unpack. */
  | 'unsupported-archive'

/** What the scan found out about one generation. */
export interface Settlement {
  generation: string
  sizeBytes: number
  checksum: string
  mimeType: string
  /** Of a text whose bytes show it. */
  charset?: Charset
  scan: Scan
}

/** What a later scan found out about a generation that was scanned before. */
export type RescanOutcome = Pick<Settlement, 'generation' | 'scan'>
