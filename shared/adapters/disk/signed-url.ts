import { createHmac, timingSafeEqual } from 'node:crypto'
import { WorkspaceError } from '../../model/errors.ts'
import type { BlobRef, SignOptions } from '../../ports/blob-store.ts'
import { parseLocation, storagePathOf } from './locate.ts'

const signedPath = '/api/workspace/signed/'
const signedNames = ['generation', 'expires', 'type', 'disposition'] as const
const names = [...signedNames, 'signature'] as const

/** The blob that a signed URL serves, and the fields of the response. */
export interface SignedBlob extends BlobRef, SignOptions {}

/** The parameters of a signed URL, decoded. */
type Parameters = Record<(typeof signedNames)[number], string>

/**
 * Returns `/api/workspace/signed/{object}?generation=…&expires=…&type=…&disposition=…&signature=…`. `expires` is in milliseconds
 * since 1970. The signature is the HMAC-SHA-256, in hex, of all the text before `&signature`.
 */
export function signBlobUrl(secret: Buffer, blob: SignedBlob): string {
  const text = signedText(blob.storagePath.slice(storagePathOf('').length), {
    generation: blob.generation,
    expires: `${blob.expiresAt.getTime()}`,
    type: blob.contentType,
    disposition: blob.contentDisposition,
  })
  return `${text}&signature=${sign(secret, text)}`
}

/**
 * Parses a URL of `signBlobUrl`, absolute or only its path and query. The signature covers the values of the parameters. It
 * stays valid if a program reorders the parameters, encodes them differently, adds others, or escapes `&` for HTML. Throws
 * `forbidden` with the reason for any other URL and for an expired URL.
 */
export function verifyBlobUrl(secret: Buffer, url: string, now: Date): SignedBlob {
  const { object, parameters, signature } = readLink(url)
  const expected = Buffer.from(sign(secret, signedText(object, parameters)))
  const given = Buffer.from(signature)
  const isSigned = given.length === expected.length && timingSafeEqual(given, expected)
  const storagePath = storagePathOf(object)
  if (!isSigned || !parseLocation(storagePath)) {
    throw refused('was changed after it was created')
  }
  const expiresAt = new Date(Number(parameters.expires))
  if (!(now < expiresAt)) throw refused(`expired at ${expiresAt.toISOString()}`)
  return {
    storagePath,
    generation: parameters.generation,
    expiresAt,
    contentType: parameters.type,
    contentDisposition: parameters.disposition,
  }
}

/** The parts of a link, in any order and encoding. */
function readLink(url: string): { object: string; parameters: Parameters; signature: string } {
  const start = url.indexOf(signedPath)
  const [path = '', ...rest] = url.slice(start + signedPath.length).split('?')
  const query = new URLSearchParams(rest.join('?').replaceAll('&amp;', '&'))
  const object = start === -1 ? undefined : decoded(path)
  const missing = names.filter((name) => !query.has(name))
  if (object === undefined || missing.length > 0) {
    const lacks = missing.length === 0 ? 'its path is broken' : `it lacks ${quoted(missing)}`
    throw refused(`is incomplete: ${lacks}. Copy it from its first to its last character`)
  }
  const repeated = names.filter((name) => query.getAll(name).length > 1)
  if (repeated.length > 0) throw refused(`has ${quoted(repeated)} more than once`)
  const [generation = '', expires = '', type = '', disposition = '', signature = ''] = names.map(
    (name) => query.get(name) ?? '',
  )
  return {
    object,
    parameters: { generation, expires, type, disposition },
    signature: withoutTail(signature),
  }
}

/** Removes text that was copied with the link: a full stop, a bracket or a second `?utm_source=…` after it. */
function withoutTail(signature: string): string {
  return /^[0-9a-f]{64}(?![0-9a-z])/i.exec(signature)?.[0] ?? signature
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}

function signedText(object: string, parameters: Parameters): string {
  return `${signedPath}${object}?${new URLSearchParams(parameters).toString()}`
}

function sign(secret: Buffer, text: string): string {
  return createHmac('sha256', secret).update(text).digest('hex')
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ')
}

function refused(fault: string): WorkspaceError {
  return new WorkspaceError(
    'forbidden',
    `This link ${fault}. Ask for a new one with GET /api/workspace/files/{id}/download.`,
  )
}
