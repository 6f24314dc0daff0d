import { connect } from 'node:net'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { resultOf } from '../../../shared/http/body/form-files.ts'
import {
  parseMultipart,
  type FilePart,
  type FileResult,
} from '../../../shared/http/body/multipart.ts'
import { answerBeforeEnd } from '../../../shared/http/body/drain.ts'
import { WorkspaceError } from '../../../shared/model/errors.ts'
import { multipart, type Part } from '../../support/http/multipart.ts'
import { holdRequest } from '../../support/http/raw-http.ts'
import { serveApp, type ServedApp } from '../../support/http/serve-app.ts'

const boundary = 'b-7MA4YWxk'
const contentType = `multipart/form-data; boundary=${boundary}`
const file: Part = { name: 'file', fileName: 'a.bin', body: 'bytes' }
const big = Buffer.alloc(5_000_000, `almost\r\n--${boundary.slice(0, -1)}?\r\n`)

let app: ServedApp
/** The stored bytes and the outcome of each file part. */
const seen: { body: Readable; outcome: string }[] = []

const stored = async ({ name, mimeType, body, fields }: FilePart) => {
  const entry = { body, outcome: 'open' }
  seen.push(entry)
  try {
    const bytes = await buffer(body)
    const received = await fields
    const answer = {
      name: received.path === undefined ? name() : undefined,
      mimeType,
      fields: received,
      text: bytes.toString('latin1'),
    }
    entry.outcome = 'committed'
    return answer
  } catch (error) {
    entry.outcome = 'undone'
    throw error
  }
}

/** The result of a form with one file. */
const only = async <T>(results: Promise<FileResult<T>[]>) => {
  const [first, ...others] = await results
  if (first === undefined || others.length > 0) throw new Error('Expected one file')
  return resultOf(first)
}

beforeAll(async () => {
  app = await serveApp((routes) => {
    routes.use(answerBeforeEnd({ maxBytes: 50_000_000, seconds: 2 }))
    routes.post('/', async (c) =>
      c.json(await only(parseMultipart(c, stored, { idleSeconds: 0.3 }))),
    )
    routes.post('/refusing', async (c) =>
      c.json(
        await only(
          parseMultipart(c, async ({ body }) => {
            seen.push({ body, outcome: 'refused' })
            for await (const _ of body) throw new WorkspaceError('too-large', 'Enough.')
          }),
        ),
      ),
    )
    routes.post('/thoughtless', async (c) =>
      c.json(
        await only(
          parseMultipart(c, () => {
            throw new WorkspaceError('quota-exceeded', 'Full.')
          }),
        ),
      ),
    )
    routes.post('/lazy', async (c) =>
      c.json(await only(parseMultipart(c, () => Promise.resolve('done')))),
    )
  })
})
afterAll(() => app[Symbol.asyncDispose]())
beforeEach(() => {
  seen.length = 0
})

const send = (body: string | Uint8Array<ArrayBuffer>, type = contentType, path = '/') =>
  fetch(app.origin + path, { method: 'POST', body, headers: { 'content-type': type } })

const sendParts = (parts: Part[], path = '/') => {
  const { body } = multipart(parts, boundary)
  return send(Uint8Array.from(body), contentType, path)
}

const nameOf = async (fileName: Part['fileName']) => {
  const response = await sendParts([{ ...file, fileName: fileName ?? '' }])
  return ((await response.json()) as { name?: string; detail?: string }).name
}

const field = (name: string, body: string): Part => ({ name, body })

describe('a multipart upload', () => {
  it.each<[order: string, parts: Part[]]>([
    ['before the file', [field('path', '/é'), field('metadata', '{}'), file]],
    ['after the file', [file, field('path', '/é'), field('metadata', '{}')]],
    ['around the file', [field('metadata', '{}'), file, field('path', '/é')]],
  ])('accepts its fields %s', async (_, parts) => {
    const response = await sendParts(parts)
    await expect(response.json()).resolves.toEqual({
      mimeType: 'text/plain',
      fields: { path: '/é', metadata: '{}' },
      text: 'bytes',
    })
  })

  it('uses the declared type without its parameters', async () => {
    const response = await sendParts([{ ...file, contentType: 'Text/CSV; charset=x' }])
    await expect(response.json()).resolves.toMatchObject({ mimeType: 'text/csv' })
  })

  it('keeps every byte of a file that looks like its boundary', async () => {
    const response = await sendParts([{ ...file, body: big }, field('path', '/x')])
    const answer = (await response.json()) as { text: string }
    expect(answer.text === big.toString('latin1')).toBe(true)
  })

  it('accepts an empty file', async () => {
    const response = await sendParts([{ ...file, body: '' }])
    await expect(response.json()).resolves.toMatchObject({ text: '' })
  })

  it('accepts a body that arrives byte by byte', async () => {
    const { body } = multipart([field('path', '/x'), file, field('origin', 'generated')], boundary)
    const held = holdRequest(app.origin, 'POST', { 'content-type': contentType })
    for (const byte of body) await held.write(Buffer.of(byte))
    const response = await held.finish()
    await expect(response.json()).resolves.toMatchObject({
      fields: { path: '/x', origin: 'generated' },
      text: 'bytes',
    })
  })

  it.each([...Array(40).keys()])(
    'accepts a body split %i bytes before its end',
    async (distance) => {
      const { body } = multipart([file], boundary)
      const held = holdRequest(app.origin, 'POST', { 'content-type': contentType })
      await held.write(body.subarray(0, body.length - distance))
      const response = await held.finish(body.subarray(body.length - distance))
      await expect(response.json()).resolves.toMatchObject({ text: 'bytes' })
    },
  )

  it('accepts a preamble and an epilogue', async () => {
    const { body } = multipart([file], boundary)
    const response = await send(`preamble\r\n${body.toString()}epilogue`)
    await expect(response.json()).resolves.toMatchObject({ text: 'bytes' })
  })

  it('accepts a FormData sent by fetch', async () => {
    const form = new FormData()
    form.set('file', new File(['bytes'], 'q"\r\n%41é😀.txt', { type: 'text/x' }))
    form.set('session', 's')
    const response = await fetch(app.origin, { method: 'POST', body: form })
    await expect(response.json()).resolves.toEqual({
      name: 'q"\r\n%41é😀.txt',
      mimeType: 'text/x',
      fields: { session: 's' },
      text: 'bytes',
    })
  })
})

/** Additional parts that browsers and upload libraries send. */
const unneeded: Record<string, Part[]> = {
  "Uppy's fields": [field('relativePath', 'null'), field('name', 'a.bin'), field('type', 'x/y')],
  'one unknown field many times': Array.from({ length: 300 }, () => field('tag', 'x')),
  'a field named like a property of objects': [field('__proto__', 'x')],
  'a long field': [field('note', 'x'.repeat(500_000))],
  'a field that is not UTF-8': [{ name: 'note', body: Buffer.of(0xff) }],
  'a field without a name': [field('', 'x')],
  'a Blob': [{ name: 'thumbnail', fileName: 'blob', contentType: 'image/png', body: 'png' }],
  'two Blobs': [
    { name: 'a', fileName: 'blob', body: 'x' },
    { name: 'a', fileName: 'blob', body: 'y' },
  ],
  'bytes without a filename': [
    { name: 'other', contentType: 'application/octet-stream', body: 'x' },
  ],
  'an input that was left empty': [
    { name: 'photo', fileName: '', contentType: 'application/octet-stream', body: '' },
  ],
  'another input of the same name that was left empty': [
    { name: 'file', fileName: '', contentType: 'application/octet-stream', body: '' },
  ],
}

describe('a multipart upload ignores', () => {
  it.each(Object.entries(unneeded))('%s', async (_, parts) => {
    for (const order of [
      [...parts, file, field('path', '/x')],
      [field('path', '/x'), file, ...parts],
    ]) {
      const response = await sendParts(order)
      await expect(response.json()).resolves.toEqual({
        mimeType: 'text/plain',
        fields: { path: '/x' },
        text: 'bytes',
      })
    }
  })
})

describe('a field of a multipart upload', () => {
  const values = ['{"a":"é"}', '\uFFFD', '\uFEFF{}', '', '\uF780']
  it.each(values)('may be text, a Blob or a JSON part: %j', async (body) => {
    for (const part of [
      field('metadata', body),
      { ...field('metadata', body), contentType: 'application/json' },
      { ...field('metadata', body), fileName: 'blob', contentType: 'application/json' },
      { ...field('metadata', body), contentType: 'application/octet-stream' },
    ]) {
      const response = await sendParts([file, part])
      await expect(response.json()).resolves.toMatchObject({ fields: { metadata: body } })
    }
  })

  it('may declare its charset', async () => {
    for (const [charset, encoding] of [
      ['UTF-8', 'utf8'],
      ['ISO-8859-1', 'latin1'],
    ] as const) {
      const part = { name: 'path', body: Buffer.from('/é', encoding) }
      const contentType = `text/plain; charset=${charset}`
      const response = await sendParts([{ ...part, contentType }, file])
      await expect(response.json()).resolves.toMatchObject({ fields: { path: '/é' } })
    }
  })
})

describe('the name of a multipart file', () => {
  it.each<[fileName: string, name: string]>([
    ['plain.txt', 'plain.txt'],
    ['a/b/c.txt', 'c.txt'],
    ['C:\\fakepath\\c.txt', 'c.txt'],
    ['../../etc/passwd', 'passwd'],
    ['a%22b%0D%0Ac', 'a"b\r\nc'],
    ['100%25%2F%5C%0a%41', '100%25%2F%5C%0a%41'],
    ['報告 é 😀.pdf', '報告 é 😀.pdf'],
    ['replaced \uFFFD.txt', 'replaced \uFFFD.txt'],
    ['test', 'test'],
    ['dGVzdA==', 'dGVzdA=='],
    ['..', '..'],
    ['???', '???'],
    ['a\\"b.txt', 'a"b.txt'],
  ])('%j is %j', async (fileName, name) => {
    await expect(nameOf(fileName)).resolves.toBe(name)
  })

  it.each<[why: string, fileName: string | Uint8Array]>([
    ['Latin-1', Buffer.from('é.txt', 'latin1')],
    ['a byte that UTF-8 never has', Buffer.from([0x61, 0xff])],
    ['an encoded surrogate', Buffer.from([0xed, 0xa0, 0x80])],
    ['nothing after the last slash', 'folder/'],
    ['nothing', ''],
  ])('is rejected for %s', async (_, fileName) => {
    const response = await sendParts([{ ...file, fileName }])
    expect(response.status).toBe(400)
    await expect(response.json()).resolves.toMatchObject({ detail: /^file: / })
    expect(seen.map((entry) => entry.outcome)).not.toContain('committed')
  })

  it.each([Buffer.from('é.txt', 'latin1'), 'folder/', 'x'.repeat(10_000)])(
    'is not needed if a path names the file',
    async (fileName) => {
      const response = await sendParts([{ ...file, fileName }, field('path', '/x')])
      await expect(response.json()).resolves.toMatchObject({ fields: { path: '/x' } })
    },
  )

  it('is not needed for a part of bytes', async () => {
    const part = { name: 'file', contentType: 'application/octet-stream', body: 'bytes' }
    const response = await sendParts([part, field('path', '/x')])
    await expect(response.json()).resolves.toMatchObject({ text: 'bytes' })
    expect((await sendParts([part])).status).toBe(400)
  })

  it.each<[client: string, parameters: string, name: string]>([
    ['.NET', `filename=Makefile; filename*=utf-8''Makefile`, 'Makefile'],
    ['.NET', `filename="aGVsbG8x"; filename*=utf-8''aGVsbG8x`, 'aGVsbG8x'],
    ['.NET', `filename="=?utf-8?B?w7wudHh0?="; filename*=utf-8''%C3%BC.txt`, 'ü.txt'],
    ['.NET without filename*', 'filename="=?utf-8?B?w7wudHh0?="', 'ü.txt'],
    ['.NET with a private character', `filename*=utf-8''%EF%9E%80.txt`, '\uF780.txt'],
    ['Spring', 'filename="=?UTF-8?Q?=C3=BC_a=3F.txt?="', 'ü a?.txt'],
    ['words that split a character', 'filename="=?UTF-8?B?w7zD?= =?UTF-8?B?vA==?="', 'üü'],
    ['old urllib3', `filename*=utf-8''%E5%A0%B1.txt`, '報.txt'],
    ['no token', 'filename=plain', 'plain'],
    ['Go', String.raw`filename="say \"hi\".txt"`, 'say "hi".txt'],
    ['a browser', 'filename="=?utf-8?B?w7w?=.txt"', '=?utf-8?B?w7w?=.txt'],
    ['another charset', 'filename="=?x-y?B?w7wudHh0?="', '=?x-y?B?w7wudHh0?='],
    ['bytes that are no UTF-8', 'filename="=?utf-8?B?qQ==?="', '=?utf-8?B?qQ==?='],
    ['U+FFFD', 'filename="\uFFFD"', '\uFFFD'],
  ])('is decoded as sent by %s: %s', async (_, parameters, name) => {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name=file; ${parameters}`
    const response = await send(`${head}\r\n\r\nbytes\r\n--${boundary}--\r\n`)
    await expect(response.json()).resolves.toMatchObject({ name })
  })

  it.each<[userAgent: string, fileName: string, name: string]>([
    ['Python/3.11 aiohttp/3.14.5', 'na%C3%AFve%20%22q%22%20%2520%2B.txt', 'naïve "q" %20+.txt'],
    ['Python/3.11 aiohttp/3.14.5', 'a%2Fb.txt', 'b.txt'],
    ['Python/3.11 aiohttp/3.14.5', '100%2525', '100%25'],
    ['Python/3.11 aiohttp/3.14.5', 'not quoted %20.txt', 'not quoted %20.txt'],
    ['Python/3.11 aiohttp/3.14.5', 'half%FF', 'half%FF'],
    ['python-requests/2.34.2', 'my%20file.txt', 'my%20file.txt'],
    ['Mozilla/5.0 (X11; Linux x86_64)', '%E5%A0%B1.txt', '%E5%A0%B1.txt'],
  ])('is decoded as sent by %s: %s', async (userAgent, fileName, name) => {
    const { body } = multipart([{ ...file, fileName }], boundary)
    const headers = { 'content-type': contentType, 'user-agent': userAgent }
    const response = await fetch(app.origin, {
      method: 'POST',
      body: Uint8Array.from(body),
      headers,
    })
    await expect(response.json()).resolves.toMatchObject({ name })
  })

  it('is the filename* of clients that send it', async () => {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="x"; filename*=UTF-8''`
    for (const [encoded, name] of [
      ['%C3%A9.txt', 'é.txt'],
      ['a%2Fb.txt', 'b.txt'],
    ]) {
      const response = await send(`${head}${encoded}\r\n\r\nbytes\r\n--${boundary}--\r\n`)
      await expect(response.json()).resolves.toMatchObject({ name })
    }
    expect((await send(`${head}%FF\r\n\r\nbytes\r\n--${boundary}--\r\n`)).status).toBe(400)
  })
})

const partHead = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n`
const whole = multipart([file], boundary).body.toString()

const refused: Record<string, [body: string | Part[], status: number, detail: RegExp]> = {
  'no part': [`--${boundary}--\r\n`, 400, /file: is missing/],
  'fields only': [[field('path', '/x')], 400, /file: is missing/],
  'a file under another name': [[{ ...file, name: 'upload' }], 400, /upload: must not be a file/],
  'a file under no name': [[{ ...file, name: '' }], 400, /must not be a file/],
  'the file as a field': [[field('file', 'bytes')], 400, /file: must be sent as a file/],
  'no file chosen in a browser': [
    [{ ...file, fileName: '', contentType: 'application/octet-stream', body: '' }],
    400,
    /file: is missing, or has no filename/,
  ],
  'a field twice': [
    [field('path', '/x'), field('path', '/x'), file],
    400,
    /path: must be sent once/,
  ],
  'a field too long': [
    [file, field('metadata', 'x'.repeat(70_000))],
    400,
    /metadata: must be at most/,
  ],
  'a field that is endless': [
    [field('metadata', 'x'.repeat(3_000_000)), file],
    400,
    /metadata|body/,
  ],
  'a field that is not UTF-8': [
    [file, { name: 'path', body: Buffer.of(0x2f, 0xff) }],
    400,
    /UTF-8/,
  ],
  'a field in an unknown charset': [
    [file, { ...field('path', '/x'), contentType: 'text/plain; charset=x-y' }],
    400,
    /UTF-8/,
  ],
  'a field as a file that is too long': [
    [file, { ...file, name: 'metadata', body: 'x'.repeat(70_000) }],
    400,
    /metadata: must be at most/,
  ],
  'a field as a file that is not UTF-8': [
    [file, { ...file, name: 'path', body: Buffer.of(0x2f, 0xff) }],
    400,
    /path: must be text in UTF-8/,
  ],
  'a field both as text and as a file': [
    [field('path', '/x'), file, { ...file, name: 'path' }],
    400,
    /path: must be sent once/,
  ],
  'a large file under another name': [
    [{ ...file, name: 'upload', body: big }, file],
    400,
    /upload: must not be a file/,
  ],
  'a base64 field': [
    `--${boundary}\r\nContent-Disposition: form-data; name="path"\r\nContent-Transfer-Encoding: base64\r\n\r\nL3g=\r\n${whole}`,
    400,
    /path: must be sent as it is/,
  ],
  'a base64 file': [
    `${partHead}Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--${boundary}--\r\n`,
    400,
    /not as base64/,
  ],
  'no closing delimiter': [whole.slice(0, -4 - boundary.length), 400, /body/],
  'an end inside the closing delimiter': [whole.slice(0, -3), 400, /body/],
  'an end inside a header': [partHead, 400, /body/],
  'an end inside a field': [
    `${whole.slice(0, -4)}\r\nContent-Disposition: form-data; name="path"\r\n\r\n/x`,
    400,
    /body/,
  ],
  'an empty body': ['', 400, /body/],
  'no boundary in the body': ['just text', 400, /body/],
  'another boundary in the body': [whole.replaceAll(boundary, 'other'), 400, /body/],
  'an invalid header': [`${partHead}no colon\r\n\r\nx\r\n--${boundary}--\r\n`, 400, /body/],
  'a NUL in a header': [
    `${partHead.replace('"a"', '"a\0"')}\r\nx\r\n--${boundary}--\r\n`,
    400,
    /body/,
  ],
  'a header of 20 KB': [
    `${partHead}X: ${'x'.repeat(20_000)}\r\n\r\nx\r\n--${boundary}--\r\n`,
    400,
    /body/,
  ],
  'many parts that are no form data': [
    `--${boundary}\r\nX: y\r\n\r\n\r\n`.repeat(1100) + whole,
    400,
    /parts/,
  ],
  'an endless preamble': ['x'.repeat(3_000_000) + whole, 400, /outside the parts/],
  'an endless epilogue': [whole + 'x'.repeat(3_000_000), 400, /outside the parts/],
}

describe('a multipart upload is rejected and not stored', () => {
  it.each(Object.entries(refused))('for %s', async (_, [body, status, detail]) => {
    const response = await (typeof body === 'string' ? send(body) : sendParts(body))
    expect(response.status).toBe(status)
    await expect(response.json()).resolves.toMatchObject({
      detail: expect.stringMatching(detail),
    })
    expect(seen.map((entry) => entry.outcome)).not.toContain('committed')
    expect(seen.map((entry) => entry.outcome)).not.toContain('open')
    expect(seen.every((entry) => entry.body.destroyed)).toBe(true)
  })

  it('before the file is read, if a field before it is invalid', async () => {
    const wrong = field('path', 'x'.repeat(70_000))
    const response = await sendParts([wrong, { ...file, body: big }])
    expect(response.status).toBe(400)
    expect(seen).toEqual([])
  })

  it.each<[type: string, status: number]>([
    ['multipart/form-data', 400],
    ['multipart/form-data; boundary=', 400],
    ['multipart/form-data; boundary=""', 400],
    ['multipart/form-data; charset=utf-8', 400],
    ['multipart/mixed; boundary=x', 415],
    ['multipart/form-database; boundary=x', 415],
    ['application/x-www-form-urlencoded', 415],
    ['application/json', 415],
  ])('for the content type %s with %i', async (type, status) => {
    expect((await send(whole, type)).status).toBe(status)
  })

  it('for no content type', async () => {
    const body = new Blob([whole])
    expect((await fetch(app.origin, { method: 'POST', body })).status).toBe(415)
  })

  it('if no byte of the file arrives within the idle limit', async () => {
    const held = holdRequest(app.origin, 'POST', { 'content-type': contentType })
    await held.write(`${partHead}\r\nbyt`)
    const response = await held.answered
    expect(response.status).toBe(408)
    await expect(response.json()).resolves.toMatchObject({ detail: /^No byte of the body arrived/ })
    expect(seen).toMatchObject([{ outcome: 'undone', body: { destroyed: true } }])
    held.cut()
  })

  it('if the client disconnects during the file', async () => {
    const socket = connect(Number(new URL(app.origin).port), '127.0.0.1')
    const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${contentType}\r\nContent-Length: 1000000\r\n\r\n`
    socket.write(`${head}${partHead}\r\nbytes`)
    await expect.poll(() => seen.length).toBe(1)
    socket.destroy()
    await expect.poll(() => seen).toMatchObject([{ outcome: 'undone', body: { destroyed: true } }])
  })

  it('if the client disconnects after the file', async () => {
    const socket = connect(Number(new URL(app.origin).port), '127.0.0.1')
    const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: ${contentType}\r\nContent-Length: 1000000\r\n\r\n`
    socket.write(`${head}${whole.slice(0, -4)}\r\nContent-Disp`)
    await expect.poll(() => seen.map((entry) => entry.body.readableEnded)).toEqual([true])
    socket.destroy()
    await expect.poll(() => seen).toMatchObject([{ outcome: 'undone' }])
  })
})

describe('an error of onFile', () => {
  it('is thrown unchanged while the file arrives', async () => {
    const response = await sendParts([{ ...file, body: big }], '/refusing')
    await expect(response.json()).resolves.toMatchObject({
      type: 'urn:coffer:problem:too-large',
    })
    expect(seen).toMatchObject([{ body: { destroyed: true } }])
  })

  it('is thrown unchanged before anything is read', async () => {
    const response = await sendParts([{ ...file, body: big }], '/thoughtless')
    await expect(response.json()).resolves.toMatchObject({
      type: 'urn:coffer:problem:quota-exceeded',
    })
  })

  it('is thrown if the file is not read', async () => {
    expect((await sendParts([{ ...file, body: big }], '/lazy')).status).toBe(500)
  })
})
