import { createHmac, timingSafeEqual } from 'node:crypto'
import { WorkspaceError } from '../../workspace/errors.ts'
import type { BlobRef, SignOptions } from '../../workspace/ports.ts'
import { parsePlace, storagePathOf } from './disk-place.ts'

const signedPath = '/api/workspace/signed/'
const signatureField = '&signature='

/** What a signed URL stands for. */
export interface SignedBlob extends BlobRef, SignOptions {}

/**
 * `/api/workspace/signed/{object}?generation=…&expires=…&type=…&disposition=…&signature=…`: `expires` in milliseconds since
 * 1970, the signature an HMAC-SHA-256, in hex, of all the text before it.
 */
export function signBlobUrl(secret: Buffer, blob: SignedBlob): string {
  const parameters = new URLSearchParams({
    generation: blob.generation,
    expires: `${blob.expiresAt.getTime()}`,
    type: blob.contentType,
    disposition: blob.contentDisposition,
  })
  const object = blob.storagePath.slice(storagePathOf('').length)
  const text = `${signedPath}${object}?${parameters.toString()}`
  return text + signatureField + sign(secret, text)
}

/**
 * Reads a URL, whole or from its path on, that `signBlobUrl` made. Because the signature covers text and not parts, every
 * changed, added, repeated or reordered parameter is `forbidden`; so is a URL that has expired.
 */
export function verifyBlobUrl(secret: Buffer, url: string, now: Date): SignedBlob {
  const start = url.indexOf(signedPath)
  const end = url.lastIndexOf(signatureField)
  const text = url.slice(Math.max(start, 0), Math.max(end, 0))
  const signature = Buffer.from(url.slice(end + signatureField.length))
  const expected = Buffer.from(sign(secret, text))
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) throw refused()
  const { pathname, searchParams } = new URL(text, 'http://localhost')
  const storagePath = storagePathOf(pathname.slice(signedPath.length))
  const expiresAt = new Date(Number(searchParams.get('expires')))
  if (!parsePlace(storagePath) || !(now < expiresAt)) throw refused()
  return {
    storagePath,
    generation: searchParams.get('generation') ?? '',
    expiresAt,
    contentType: searchParams.get('type') ?? '',
    contentDisposition: searchParams.get('disposition') ?? '',
  }
}

function sign(secret: Buffer, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex')
}

function refused(): WorkspaceError {
  return new WorkspaceError(
    'forbidden',
    'This link has expired or is not as it was given out. Ask for a new one with GET /api/workspace/files/{id}/download.',
  )
}
