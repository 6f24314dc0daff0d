import { createPublicKey, createVerify } from 'node:crypto'
import { afterEach, expect, test, vi } from 'vitest'
import { signObjectUrl } from '../../../shared/adapters/gcs/sign.ts'
import { stringToSign } from '../../emulators/storage/signed-urls.ts'
import { testSigner } from '../../emulators/storage/test-signer.ts'

interface Vector {
  description: string
  method?: string
  path?: string
  query?: string
  headers?: Record<string, string>
  time?: string
  seconds?: number
  hash: string
}

const account = 'test-iam-credentials@dummy-project-id.iam.gserviceaccount.com'
const february = '20190201T090000Z'

/**
 * The vectors of Google for links of one object: `signingV4Tests` in
 * https://github.com/googleapis/conformance-tests/blob/main/storage/v1/v4_signatures.json. The common parts of their URLs are
 * added below. `hash` is the last line of `expectedStringToSign`.
 */
const vectors: Vector[] = [
  {
    description: 'Simple GET',
    hash: '00e2fb794ea93d7adb703edaebdd509821fcc7d4f1a79ac5c8d2b394df109320',
  },
  {
    description: 'Simple PUT',
    method: 'PUT',
    hash: '78742860705da91404222d5d66ff89850292471199c3c2808d116ad12e6177b4',
  },
  {
    description: 'POST for resumable uploads',
    method: 'POST',
    headers: { 'x-goog-resumable': 'start' },
    hash: '877f8b40179d2753296f2fd6de815ab40503c7a3c446a7b44aa4e74422ff4daf',
  },
  {
    description: 'Vary expiration and timestamp',
    time: '20190301T090000Z',
    seconds: 20,
    hash: '779f19fdb6fd381390e2d5af04947cf21750277ee3c20e0c97b7e46a1dff8907',
  },
  {
    description: 'Vary bucket and object',
    path: '/test-bucket2/test-object2',
    hash: 'a139afbf35ac30e9864f63197f79609731ab1b0ca166e2a456dba156fcd3f9ce',
  },
  {
    description: 'Slashes in object name should not be URL encoded',
    path: '/test-bucket/path/with/slashes/under_score/amper%26sand/file.ext',
    headers: { 'header/name/with/slash': 'should-be-encoded' },
    hash: 'f1d206dd8cbe1b892d4081ccddae0927d9f5fee5653fb2a2f43e7c20ed455cad',
  },
  {
    description: 'Forward Slashes should not be stripped',
    path: '/test-bucket//path/with/slashes/under_score/amper%26sand/file.ext',
    hash: '63c601ecd6ccfec84f1113fc906609cbdf7651395f4300cecd96ddd2c35164f8',
  },
  {
    description: 'Simple headers',
    headers: { bar: 'BAR-value', foo: 'foo-value' },
    hash: '59c1ac1a6ee7d773d5c4487ecc861d60b71c4871dd18fc7d8485fac09df1d296',
  },
  {
    description: 'Query Parameter Encoding',
    query: '&aA0%C3%A9%2F%3D%25-_.~=~%20._-%25%3D%2F%C3%A90Aa',
    hash: '448f96c23dafa8210900554e138b2b5fd55bc53ef53b8637cecc3edec45a8fcf',
  },
  {
    description: 'Query Parameter Ordering',
    query: '&prefix=%2Ffoo&X-Goog-Meta-Foo=bar',
    hash: '4dafe74ad142f32b7c25fc4e6b38fd3b8a6339d7f112247573fb0066f637db6c',
  },
  {
    description: 'Simple GET with non-default hostname',
    headers: { host: 'storage.googleapis.com:8080' },
    hash: '00e2fb794ea93d7adb703edaebdd509821fcc7d4f1a79ac5c8d2b394df109320',
  },
]

test.each(vectors)('the test signer matches the vector of Google: $description', (vector) => {
  const { method = 'GET', path = '/test-bucket/test-object', query = '', hash } = vector
  const { time = february, seconds = 10 } = vector
  const headers = { host: 'storage.googleapis.com', ...vector.headers }
  const scope = `${time.slice(0, 8)}/auto/storage/goog4_request`
  const url = `${path}?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=${encodeURIComponent(`${account}/${scope}`)}&X-Goog-Date=${time}&X-Goog-Expires=${seconds}&X-Goog-SignedHeaders=${encodeURIComponent(Object.keys(headers).sort().join(';'))}${query}`
  const expected = ['GOOG4-RSA-SHA256', time, scope, hash].join('\n')
  expect(stringToSign({ method, url, headers })).toBe(expected)
})

afterEach(() => vi.useRealTimers())

const names: [name: string, path: string][] = [
  ['test-object', '/test-bucket/test-object'],
  [
    'path/with/slashes/under_score/amper&sand/file.ext',
    '/test-bucket/path/with/slashes/under_score/amper%26sand/file.ext',
  ],
  ['/leading/slash', '/test-bucket//leading/slash'],
  ["a !'()*+,;=:@$ b~.txt", '/test-bucket/a%20%21%27%28%29%2A%2B%2C%3B%3D%3A%40%24%20b~.txt'],
  ['100% söme/ñ.txt', '/test-bucket/100%25%20s%C3%B6me/%C3%B1.txt'],
]

test.each(names)('signUrl matches the test signer for the name %s', async (name, path) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2019-02-01T09:00:00Z') })
  const { credentials, email, privateKey } = testSigner()
  const signed = await signObjectUrl(credentials, {
    endpoint: 'https://storage.googleapis.com',
    bucket: 'test-bucket',
    name,
    expiresAt: new Date(Date.now() + 10_000),
    contentType: 'text/plain; charset=utf-8',
    contentDisposition: `attachment; filename="a b.txt"; filename*=UTF-8''%C3%A4.txt`,
    generation: '1549011600000000',
  })
  const url = new URL(signed)
  expect(url.origin + url.pathname).toBe(`https://storage.googleapis.com${path}`)
  expect(Object.fromEntries(url.searchParams)).toEqual({
    'X-Goog-Algorithm': 'GOOG4-RSA-SHA256',
    'X-Goog-Credential': `${email}/20190201/auto/storage/goog4_request`,
    'X-Goog-Date': february,
    'X-Goog-Expires': '10',
    'X-Goog-SignedHeaders': 'host',
    'X-Goog-Signature': expect.stringMatching(/^[0-9a-f]{512}$/) as string,
    generation: '1549011600000000',
    'response-content-type': 'text/plain; charset=utf-8',
    'response-content-disposition': `attachment; filename="a b.txt"; filename*=UTF-8''%C3%A4.txt`,
  })
  const headers = { host: 'storage.googleapis.com' }
  const text = stringToSign({ method: 'GET', url: url.pathname + url.search, headers })
  const signature = url.searchParams.get('X-Goog-Signature') ?? ''
  const check = createVerify('sha256').update(text)
  expect(check.verify(createPublicKey(privateKey), signature, 'hex')).toBe(true)
})
