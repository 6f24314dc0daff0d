import type { Readable } from 'node:stream'

/** Bytes that are not the service's own. Whatever cannot be had is `invalid-request`, in words that say nothing of why. */
export interface Sources {
  /** Fetches a file of the public web. */
  fetchUrl(url: string, options: SourceOptions): Promise<ForeignSource>

  /** Opens an object in a bucket that the operator allows; undefined for any other bucket, and where there is no such object. */
  openObject(
    bucket: string,
    name: string,
    options: SourceOptions,
  ): Promise<ForeignSource | undefined>
}

export interface SourceOptions {
  /** A source of more bytes fails with `too-large`, as soon as it is known. */
  maxBytes: number
  signal?: AbortSignal | undefined
}

export interface ForeignSource {
  /** Ends only where the source is whole. It is the caller's to read to its end or to destroy. */
  body: Readable
  /** A media type, however malformed. */
  declaredType?: string
  /** A name that keeps the rules of `parseName`. */
  name?: string
  /** Exact, where it is known. */
  sizeBytes?: number
}
