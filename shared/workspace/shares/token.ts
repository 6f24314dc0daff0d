import { createHash, randomBytes } from 'node:crypto'

const tokenBytes = 32

/** A token that nobody can guess: 256 random bits. */
export function newShareToken(): string {
  return randomBytes(tokenBytes).toString('base64url')
}

/** A token, and the punctuation after an address that mail programs and chats take for a part of it. */
const inText = /^([\w-]{43})[.,;:!?)\]>'"]*$/

/**
 * The id of the share with a token. A lookup by this hash takes a time that says nothing about the stored tokens, and a reader of
 * the catalog or of a list of shares cannot use them.
 */
export function shareIdOf(token: string): string {
  const [, plain = token] = inText.exec(token) ?? []
  return createHash('sha256').update(plain).digest('hex')
}
