import { createHash, randomBytes } from 'node:crypto'

const tokenBytes = 32

/** A token that nobody can guess: 256 random bits. */
export function newShareToken(): string {
  return randomBytes(tokenBytes).toString('base64url')
}

/**
 * The id of the share with a token. A lookup by this hash takes a time that says nothing about the stored tokens, and a reader of
 * the catalog or of a list of shares cannot use them.
 */
export function shareIdOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
