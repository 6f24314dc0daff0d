import { refusedSource } from './source-refusals.ts'

const uri = /^gcs:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])\/(.+)$/s
const maxNameBytes = 1024

export interface GcsUri {
  bucket: string
  name: string
}

/** Whether a text is meant as an object of Cloud Storage; `parseGcsUri` says whether it is one. */
export function isGcsUri(text: string): boolean {
  return /^gcs:/i.test(text)
}

/**
 * Parses `gcs://{bucket}/{object}`. The object's name stands there as it is, nothing in it is decoded. Throws
 * `invalid-request` (https://cloud.google.com/storage/docs/objects#naming).
 */
export function parseGcsUri(text: string): GcsUri {
  const [, bucket, name] = uri.exec(text) ?? []
  if (bucket === undefined || name === undefined) {
    throw refusedSource('must name a bucket and an object, as gcs://{bucket}/{object}')
  }
  const isName = name.isWellFormed() && !/[\r\n]/.test(name) && name !== '.' && name !== '..'
  if (!isName || Buffer.byteLength(name) > maxNameBytes) {
    throw refusedSource('must name an object by the rules of Cloud Storage')
  }
  return { bucket, name }
}

/** One wording for all that may not be had: foreign, absent, or of a service without Cloud Storage. */
export function noSuchObject(): Error {
  return refusedSource(
    'is neither an object of your own workspace nor in a bucket that this service imports from; use a URL, or upload the bytes',
  )
}
