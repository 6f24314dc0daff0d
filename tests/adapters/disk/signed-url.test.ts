import { describe, expect, test } from 'vitest'
import { signBlobUrl, verifyBlobUrl } from '../../../shared/adapters/disk/signed-url.ts'

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
  test('parses to the values that were signed, absolute or from its path on', () => {
    expect(verifyBlobUrl(secret, url, now)).toEqual(blob)
    expect(verifyBlobUrl(secret, `https://files.example${url}`, now)).toEqual(blob)
    expect(verifyBlobUrl(secret, new URL(url, 'https://files.example').href, now)).toEqual(blob)
  })

  test('starts with the path of the API and contains only URL characters', () => {
    expect(url).toMatch(/^\/api\/workspace\/signed\/user-1\/[0-9a-f-]{36}\/a\.txt\?[\w.~*%+&=-]+$/)
  })

  test('is rejected from its expiry on', () => {
    const last = new Date(blob.expiresAt.getTime() - 1)
    expect(verifyBlobUrl(secret, url, last)).toEqual(blob)
    expect(() => verifyBlobUrl(secret, url, blob.expiresAt)).toThrow(forbidden)
  })

  test('is rejected after a change of any character that changes its decoded values', () => {
    const changed = Array.from({ length: url.length }, (_, at) =>
      ['0', 'a', '&', ''].map((other) => url.slice(0, at) + other + url.slice(at + 1)),
    ).flat()
    const accepted = changed.filter((other) => decoded(other) !== decoded(url) && verifies(other))
    expect(accepted).toEqual([])
  })

  const disposition = new URLSearchParams(url.split('?')[1]).get('disposition') ?? ''
  test.each([
    ['a parameter added', `${url}&fbclid=IwAR0_x-y`],
    ['parameters added in front', url.replace('?', '?utm_source=mail&utm_medium=x&')],
    ['a parameter that has no value', `${url}&x`],
    ['its parameters in another order', url.replace(/(generation=\d+)&(expires=\d+)/, '$2&$1')],
    ['its parameters sorted', url.replace(/\?.*/, (query) => `?${sorted(query.slice(1))}`)],
    ['blanks as %20', url.replaceAll('+', '%20')],
    ['percent-encodings in small letters', url.replace(/%../g, (each) => each.toLowerCase())],
    [
      'fewer percent-encodings',
      url.replace(/disposition=[^&]*/, () => `disposition=${looselyEncoded(disposition)}`),
    ],
    ['more percent-encodings', url.replace('a.txt', '%61%2Etxt').replace('text', '%74ext')],
    ['& escaped for HTML', url.replaceAll('&', '&amp;')],
    ['a full stop after it', `${url}.`],
    ['a bracket and a comma after it', `${url}),`],
    ['a quotation mark after it', `${url}%E2%80%9D`],
    ['a second query after it', `${url}?utm_source=mail`],
  ])('is accepted with %s', (_, changed) => {
    expect(changed).not.toBe(url)
    expect(verifyBlobUrl(secret, changed, now)).toEqual(blob)
  })

  test.each([
    ['another key', signBlobUrl(Buffer.alloc(32, 2), blob)],
    ['a parameter repeated', url.replace('&type=', '&generation=1&type=')],
    ['its expiry repeated', `${url}&expires=9999999999999`],
    ['its signature repeated', `${url}&signature=${url.slice(-64)}`],
    ['its signature in capitals', url.slice(0, -64) + url.slice(-64).toUpperCase()],
    ['a digit after its signature', `${url}0`],
    [
      'two values swapped',
      url.replace(/generation=(\d+)&expires=(\d+)/, 'generation=$2&expires=$1'),
    ],
    ['a value encoded twice', url.replace('%2F', '%252F')],
    ['a later expiry', url.replace(/expires=\d+/, 'expires=9999999999999')],
    ['another expiry hidden in HTML', `${url}&amp;expires=9999999999999`],
    ['another path', url.replace('a.txt', 'b.txt')],
    ['a broken percent-encoding in its path', url.replace('a.txt', 'a%.txt')],
    ['no signature', url.slice(0, url.lastIndexOf('&'))],
    ['an empty signature', url.slice(0, -64)],
    ['nothing', ''],
    ['only a signature', '&signature='],
  ])('is rejected with %s', (_, changed) => {
    expect(changed).not.toBe(url)
    expect(() => verifyBlobUrl(secret, changed, now)).toThrow(forbidden)
  })

  test.each([
    ['has expired', url, blob.expiresAt, /link expired at 2026-01-01T00:05:00\.000Z/],
    [
      'is cut off',
      url.slice(0, url.lastIndexOf('&type')),
      now,
      /lacks "type", "disposition", "sig/,
    ],
    ['has one parameter twice', `${url}&type=a/b`, now, /has "type" more than once/],
    ['is changed', url.replace('text', 'test'), now, /was changed after it was created/],
  ])('that %s is rejected with the reason', (_, given, at, detail) => {
    expect(() => verifyBlobUrl(secret, given, at)).toThrow(detail)
  })
})

/** The decoded path and parameters of a URL. */
function decoded(text: string): string {
  const { pathname, searchParams } = new URL(text, 'https://files.example')
  return JSON.stringify([pathname, ...searchParams])
}

function sorted(query: string): string {
  const parameters = new URLSearchParams(query)
  parameters.sort()
  return parameters.toString()
}

/** Encodes only the characters that must be encoded, as some programs do. */
function looselyEncoded(value: string): string {
  return encodeURIComponent(value).replace(/%(?:3B|3D|22|27|2A)/g, decodeURIComponent)
}
