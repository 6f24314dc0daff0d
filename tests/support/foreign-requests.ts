import { serveContent } from '../../shared/http/content.ts'
import { formFields } from '../../shared/http/body/form-fields.ts'
import { jsonBody } from '../../shared/http/body/json-body.ts'
import { resultOf } from '../../shared/http/body/form-files.ts'
import { parseMultipart } from '../../shared/http/body/multipart.ts'
import { parseQuery } from '../../shared/http/query.ts'
import { uploadTextSchema } from '../../shared/api/upload-fields.ts'
import { allow } from '../../shared/http/auth/allow.ts'
import { waitSeconds } from '../../shared/http/request-options.ts'
import { Readable } from 'node:stream'
import { z } from 'zod'
import type { ForeignParser } from './foreign-parsers.ts'
import { httpApp } from './http/http-app.ts'

const base = '/api/workspace'
const page = 'https://app.example'
const content = {
  open: async () => Readable.from([Buffer.from('0123456789')]),
  etag: `"${'0'.repeat(64)}"`,
  lastModified: new Date(0),
  sizeBytes: 10,
  checksum: '0'.repeat(64),
  contentType: 'text/plain',
  contentDisposition: 'attachment',
  crossOriginResourcePolicy: 'same-origin',
}

const { app } = httpApp(
  (routes) =>
    routes
      .get('/content/*', allow('files:read'), (c) => serveContent(c, content))
      .get('/query', (c) => c.json(parseQuery(c, uploadTextSchema)))
      .put('/wait', (c) => c.json(waitSeconds(c)))
      .post('/json', async (c) => c.json(await jsonBody(c, z.strictObject({ a: z.string() }))))
      .post('/form', async (c) =>
        c.json(await formFields(c, { isKnown: () => true, maxBytes: 1024 * 1024 })),
      )
      .post('/multipart', async (c) => {
        const [file] = await parseMultipart(c, async ({ name, body, fields }) => {
          body.resume()
          await fields
          return name
        })
        return c.text(file ? resultOf(file)() : '')
      }),
  { corsOrigins: [page] },
)

const ask = (path: string, init?: RequestInit) =>
  app.request(`http://localhost${base}${path}`, init)

/** Makes a parser that sends a header field through the whole app and its middleware. */
function header(method: string, path: string, name: string, rest: Record<string, string> = {}) {
  return {
    name: `${name} of ${method} ${path}`,
    parse: (text: string) => ask(path, { method, headers: { ...rest, [name]: text } }),
  }
}

const multipart = { 'Content-Type': 'multipart/form-data; boundary=b' }
const urlEncoded = { 'Content-Type': 'application/x-www-form-urlencoded' }
const part = (head: string, body = 'x') => `--b\r\n${head}\r\n\r\n${body}\r\n--b--\r\n`
const send = (path: string, headers: Record<string, string>, body: string) =>
  ask(path, { method: 'POST', headers, body })

/** Requests with one part that a sender can make arbitrarily long and malformed. */
export const foreignRequests: ForeignParser[] = [
  ...[
    'Range',
    'If-Range',
    'If-Match',
    'If-None-Match',
    'If-Modified-Since',
    'Accept',
    'Authorization',
    'User-Agent',
    'X-Request-Id',
    'X-Forwarded-For',
    'traceparent',
    'X-Cloud-Trace-Context',
    'Origin',
    'Accept-Encoding',
    'Cookie',
  ].map((name) => header('GET', '/content/a', name)),
  ...['Access-Control-Request-Headers', 'Access-Control-Request-Method', 'Origin'].map((name) =>
    header('OPTIONS', '/content/a', name, { Origin: page, 'Access-Control-Request-Method': 'GET' }),
  ),
  header('PUT', '/wait', 'Prefer'),
  ...['/json', '/form', '/multipart'].flatMap((path) =>
    ['Content-Type', 'Content-Encoding', 'Content-Length', 'Content-Digest'].map((name) =>
      header('POST', path, name, multipart),
    ),
  ),
  {
    name: 'the path of a request',
    parse: (text) => ask(`/content/${text}`),
    pieces: ['a/', '%41', '../'],
  },
  {
    name: 'the query of a request',
    parse: (text) => ask(`/query?${text}`),
    around: [
      ['path=', ''],
      ['metadata=', ''],
    ],
    pieces: ['a=1&', '%41'],
  },
  {
    name: 'a boundary',
    parse: (text) =>
      send('/multipart', { 'Content-Type': `multipart/form-data; boundary=${text}` }, text),
    around: [
      ['"', '"'],
      ['b', '; a=b'],
    ],
  },
  {
    name: 'the head of a part',
    parse: (text) => send('/multipart', multipart, part(text)),
    around: [
      ['Content-Disposition: form-data; name="', '"'],
      ['Content-Disposition: form-data; name="file"; filename="', '"'],
      ['Content-Disposition: form-data; name=file; filename=', ''],
      ["Content-Disposition: form-data; name=file; filename*=utf-8''", ''],
      ['Content-Disposition: form-data', '; name=file'],
      ['Content-Disposition', ': form-data'],
      ['Content-Type: a', '/b'],
      ['Content-Type: a/b; charset=', ''],
    ],
    pieces: ['; a=b', '\\"', '%41', 'A: b\r\n', '=?', '&#1;'],
  },
  {
    name: 'a field of a form',
    parse: (text) =>
      send('/form', multipart, part('Content-Disposition: form-data; name="a"', text)),
    pieces: ['\r\n--', '\r\n--b', '--b\r\n'],
  },
  {
    name: 'a form in a URL',
    parse: (text) => send('/form', urlEncoded, text),
    around: [['a=', '']],
    pieces: ['a=1&', '%41', 'a&'],
  },
  {
    name: 'a body of JSON',
    parse: (text) => send('/json', { 'Content-Type': 'application/json' }, text),
    around: [
      ['{"a":"', '"}'],
      ['{"a":', '}'],
    ],
    pieces: ['{"a":', '[', '0,', '"a":0,'],
  },
]
