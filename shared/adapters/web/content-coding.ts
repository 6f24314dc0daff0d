import type { Transform } from 'node:stream'
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
} from 'node:zlib'
import { refusedSource } from '../../media/source-refusals.ts'

/** RFC 9659: a zstd frame on the web needs a window of at most 8 MiB. Larger windows would exhaust the memory. */
const zstdWindowLogMax = 23

const decoders: Record<string, () => Transform> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: () =>
    createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: zstdWindowLogMax } }),
}

/**
 * Creates a decoder for a `Content-Encoding` (RFC 9110 §8.4), which some servers apply unrequested. Undefined without a coding.
 * Throws `invalid-request` for unknown codings and for more than one, because a chain can use unbounded CPU time without output.
 */
export function contentDecoder(contentEncoding = ''): Transform | undefined {
  const [coding, ...more] = contentEncoding
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity')
  if (coding === undefined) return undefined
  const decoder = Object.hasOwn(decoders, coding) ? decoders[coding] : undefined
  if (decoder === undefined || more.length > 0) {
    throw refusedSource(
      'was answered in a content encoding other than gzip, deflate, br or zstd; use a URL without one',
    )
  }
  return decoder()
}
