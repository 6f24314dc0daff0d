import { describe, expect, test } from 'vitest'
import { signBlobUrl, verifyBlobUrl } from '../../shared/adapters/local/signed-url.ts'

const secret = Buffer.alloc(32, 1)
const now = new Date('2026-01-01T00:00:00.000Z')
const blob = {
  storagePath: 'local://user-1/00000000-0000-4000-8000-000000000000/a.txt',
  generation: '1767225600000000',
  expiresAt: new Date('2026-01-01T00:05:00.000Z'),
  contentType: 'text/plain; charset=utf-8',
  contentDisposition: `attachment; filename="a&b=c;'.txt"; filename*=UTF-8''%C3%A4`,
}
const url = signBlobUrl(secret, blob)
const forbidden = expect.objectContaining({ code: 'forbidden' }) as Error

function verifies(text: string): boolean {
  try {
    return verifyBlobUrl(secret, text, now) !== undefined
  } catch {
    return false
  }
}

describe('a signed URL', () => {
  test('gives back what it was made of, whole or from its path on', () => {
    expect(verifyBlobUrl(secret, url, now)).toEqual(blob)
    expect(verifyBlobUrl(secret, `https://files.example${url}`, now)).toEqual(blob)
    expect(verifyBlobUrl(secret, new URL(url, 'https://files.example').href, now)).toEqual(blob)
  })

  test('begins with the service’s path and holds nothing that a URL must encode', () => {
    expect(url).toMatch(/^\/api\/workspace\/signed\/user-1\/[0-9a-f-]{36}\/a\.txt\?[\w.~*%+&=-]+$/)
  })

  test('is refused from its expiry on', () => {
    const last = new Date(blob.expiresAt.getTime() - 1)
    expect(verifyBlobUrl(secret, url, last)).toEqual(blob)
    expect(() => verifyBlobUrl(secret, url, blob.expiresAt)).toThrow(forbidden)
  })

  test('is refused with any one character changed', () => {
    const changed = Array.from({ length: url.length }, (_, at) =>
      ['0', 'a', '&', ''].map((other) => url.slice(0, at) + other + url.slice(at + 1)),
    ).flat()
    const accepted = changed.filter((other) => other !== url && verifies(other))
    expect(accepted).toEqual([])
  })

  test.each([
    ['another key', signBlobUrl(Buffer.alloc(32, 2), blob)],
    ['a parameter added', `${url}&x=1`],
    ['a parameter added in front', url.replace('?', '?x=1&')],
    ['a parameter repeated', url.replace('&type=', '&generation=1&type=')],
    ['its expiry repeated', `${url}&expires=9999999999999`],
    ['its signature repeated', `${url}&signature=${url.slice(-64)}`],
    ['its signature in capitals', url.slice(0, -64) + url.slice(-64).toUpperCase()],
    ['its parameters in another order', url.replace(/(generation=\d+)&(expires=\d+)/, '$2&$1')],
    ['no signature', url.slice(0, url.lastIndexOf('&'))],
    ['an empty signature', url.slice(0, -64)],
    ['nothing', ''],
    ['only a signature', '&signature='],
  ])('is refused with %s', (_, changed) => {
    expect(changed).not.toBe(url)
    expect(() => verifyBlobUrl(secret, changed, now)).toThrow(forbidden)
  })
})
