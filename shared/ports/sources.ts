import type { Readable } from 'node:stream'

/** Opens files outside the service. Throws `invalid-request` for a file that cannot be opened, without disclosing the reason. */
export interface Sources {
  /** Fetches a file from the public web. */
  fetchUrl(url: string, options: SourceOptions): Promise<ForeignSource>

  /** Opens an object in a bucket that the operator allows. Undefined for any other bucket and for a missing object. */
  openObject(
    bucket: string,
    name: string,
    options: SourceOptions,
  ): Promise<ForeignSource | undefined>
}

export interface SourceOptions {
  /** A larger source fails with `too-large` as soon as its size is known. */
  maxBytes: number
  signal?: AbortSignal | undefined
}

export interface ForeignSource {
  /** Ends only if the source is complete. The caller reads it to the end or destroys it. */
  body: Readable
  /** The declared media type, possibly malformed. */
  declaredType?: string
  /** A name that `parseName` accepts. */
  name?: string
  /** The exact size, if known. */
  sizeBytes?: number
}
