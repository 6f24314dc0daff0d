import { describe, expect, test } from 'vitest'
import type { Api } from '../../support/api.ts'
import { readRecord } from '../../support/caller.ts'

const boundary = 'x-boundary'
const octets = 'Content-Type: application/octet-stream'
const filePart = `Content-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\nhello`

const field = (name: string, value: string) =>
  `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`
const fileNamed = (parameters: string, before = '') =>
  `${before}Content-Disposition: form-data; name="file"; ${parameters}\r\n\r\nhello`

/** Bodies as clients send them; each uploads `/a.txt` or the given path. */
const forms: [client: string, parts: string[], path?: string, userAgent?: string][] = [
  [
    "Uppy's XHR upload",
    [field('relativePath', 'null'), field('name', 'a.txt'), field('type', 'text/plain'), filePart],
  ],
  ['Dropzone in chunks of one', [field('dzuuid', 'u'), field('dztotalchunkcount', '1'), filePart]],
  [
    'a browser with two inputs of which one is empty',
    [
      filePart,
      `Content-Disposition: form-data; name="file"; filename=""\r\n${octets}\r\n\r\n`,
      field('submit', 'Send'),
    ],
  ],
  [
    'a browser with metadata as a Blob',
    [
      filePart,
      `Content-Disposition: form-data; name="metadata"; filename="blob"\r\nContent-Type: application/json\r\n\r\n{"topic":"é"}`,
    ],
  ],
  [
    'Retrofit with JSON parts',
    [
      `Content-Disposition: form-data; name="metadata"\r\nContent-Transfer-Encoding: binary\r\nContent-Type: application/json; charset=UTF-8\r\nContent-Length: 14\r\n\r\n{"topic":"é"}`,
      filePart,
    ],
  ],
  [
    'form-data with bytes and a path',
    [
      `Content-Disposition: form-data; name="file"\r\n${octets}\r\n\r\nhello`,
      field('path', '/a.txt'),
    ],
  ],
  [
    'curl with a path and a file name of dots',
    [fileNamed('filename=".."'), field('path', '/a.txt')],
  ],
  ['.NET', [fileNamed(`filename=Makefile; filename*=utf-8''Makefile`)], '/Makefile'],
  [
    '.NET, base64 by chance',
    [fileNamed(`filename=aGVsbG8x; filename*=utf-8''aGVsbG8x`)],
    '/aGVsbG8x',
  ],
  [
    '.NET, not ASCII',
    [fileNamed(`filename="=?utf-8?B?w7wudHh0?="; filename*=utf-8''%C3%BC.txt`)],
    '/ü.txt',
  ],
  ['Spring', [fileNamed('filename="=?UTF-8?Q?=C3=BC_a.txt?="')], '/ü a.txt'],
  ['Go', [fileNamed(String.raw`filename="say \"hi\" %20報 +;.txt"`)], '/say "hi" %20報 +;.txt'],
  ['requests', [fileNamed('filename="say %22hi%22 %20報 +;.txt"')], '/say "hi" %20報 +;.txt'],
  [
    'aiohttp',
    [fileNamed('filename="say%20%22hi%22%20%2520%E5%A0%B1%20%2B%3B.txt"', `${octets}\r\n`)],
    '/say "hi" %20報 +;.txt',
    'Python/3.11 aiohttp/3.14.5',
  ],
  ['a client that quotes nothing', [fileNamed('filename=my naïve file.txt')], '/my naïve file.txt'],
  ['a client that escapes nothing', [fileNamed('filename="say "hi".txt"')], '/say "hi".txt'],
  ['a name with U+FFFD', [fileNamed('filename="\uFFFD.txt"')], '/\uFFFD.txt'],
  ['a path with U+FFFD', [filePart, field('path', '/\uFFFD.txt')], '/\uFFFD.txt'],
]

export function formCases(api: Api): void {
  describe('forms of real clients', () => {
    test.each(forms)('%s', async (_, parts, path = '/a.txt', userAgent = 'test') => {
      const user = await api.newUser()
      const body = `--${boundary}\r\n${parts.join(`\r\n--${boundary}\r\n`)}\r\n--${boundary}--\r\n`
      const headers = {
        'content-type': `multipart/form-data; boundary=${boundary}`,
        'user-agent': userAgent,
      }
      const answer = await user.call('POST', '/files', { headers, body })
      const stored = await readRecord(answer, 201)
      const metadata = body.includes('topic') ? { topic: 'é' } : {}
      expect(stored).toMatchObject({ path, metadata, sizeBytes: 5 })
      expect(await user.text(path)).toBe('hello')
    })
  })
}
