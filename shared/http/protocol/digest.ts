import { parseDictionary } from 'structured-headers'
import { invalid } from '../../model/errors.ts'

const sha256Bytes = 32

/**
 * The SHA-256 (hex) of a request's content by `Content-Digest` or `Repr-Digest` (RFC 9530); undefined if neither contains one.
 * Ignores other algorithms. Without a content coding both fields describe the same bytes, so they must agree. In a multipart
 * request they describe the form, not the file in it. Throws `invalid-request` naming the field.
 */
export function expectedChecksum(field: (name: string) => string | undefined): string | undefined {
  const content = parseDigest('Content-Digest', field('content-digest'))
  const representation = parseDigest('Repr-Digest', field('repr-digest'))
  if (content !== undefined && representation !== undefined && content !== representation) {
    throw invalid('Repr-Digest', 'must have the same sha-256 as Content-Digest; send only one')
  }
  return content ?? representation
}

/** The `Repr-Digest` of bytes with this SHA-256. */
export function reprDigest(checksum: string): string {
  return `sha-256=:${Buffer.from(checksum, 'hex').toString('base64')}:`
}

function parseDigest(name: string, field: string | undefined): string | undefined {
  if (field === undefined) return undefined
  const digest = parseMembers(name, field).get('sha-256')?.[0]
  if (digest === undefined) return undefined
  if (!(digest instanceof ArrayBuffer) || digest.byteLength !== sha256Bytes) {
    throw invalid(name, 'sha-256 must be 32 bytes in base64 between colons: sha-256=:…:')
  }
  return Buffer.from(digest).toString('hex')
}

function parseMembers(name: string, field: string): ReturnType<typeof parseDictionary> {
  try {
    return parseDictionary(field)
  } catch {
    throw invalid(name, 'must be a list like sha-256=:…: with the digest in base64')
  }
}
