import { refusedSource } from './source-refusals.ts'

const uri = /^gcs:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])\/(.+)$/s
const maxNameBytes = 1024

interface GcsUri {
  bucket: string
  name: string
}

/** Returns true for the scheme of a Cloud Storage object. `parseGcsUri` validates the rest. */
export function isGcsUri(text: string): boolean {
  return /^gcs:/i.test(text)
}

/**
 * Parses `gcs://{bucket}/{object}`. Does not percent-decode the object's name. Throws `invalid-request` for a name that breaks
 * the rules of https://cloud.google.com/storage/docs/objects#naming.
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

/** One error for foreign objects, missing objects and services without Cloud Storage, so that it does not reveal the reason. */
export function noSuchObject(): Error {
  return refusedSource(
    'is neither an object of your own workspace nor in a bucket that this service imports from; use a URL, or upload the bytes',
  )
}
