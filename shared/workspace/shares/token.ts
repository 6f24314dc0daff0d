import { createHash, randomBytes } from 'node:crypto'

const tokenBytes = 32

/** Returns a new token of 256 random bits. */
export function newShareToken(): string {
  return randomBytes(tokenBytes).toString('base64url')
}

/** Matches a token, and punctuation after it that mail and chat programs include in the link. */
const inText = /^([\w-]{43})[.,;:!?)\]>'"]*$/

/**
 * The id of the share with a token: its hash. The time of a lookup reveals nothing about stored tokens, and a reader of the catalog
 * or of a list of shares cannot derive a token from it.
 */
export function shareIdOf(token: string): string {
  const [, plain = token] = inText.exec(token) ?? []
  return createHash('sha256').update(plain).digest('hex')
}
