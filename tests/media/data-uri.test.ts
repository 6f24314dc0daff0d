import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDataUri } from '../../shared/media/data-uri.ts'

const roomy = { maxBytes: 1024 * 1024 }

describe('a data URI (RFC 2397)', () => {
  it.each([
    ['data:,A%20brief%20note', 'text/plain;charset=US-ASCII', 'A brief note'],
    ['data:text/plain;charset=utf-8,%E2%82%AC', 'text/plain;charset=utf-8', '€'],
    ['data:text/plain;charset=UTF-8;page=21,the%20data:1234,5678', null, 'the data:1234,5678'],
    ['data:;charset=utf-8,x', 'text/plain;charset=utf-8', 'x'],
    ['data:text/plain;a="b;c",x', 'text/plain;a="b;c"', 'x'],
    ['data:text/plain;base64,SGVsbG8=', 'text/plain', 'Hello'],
    ['data:text/plain;base64,SGVsbG8', 'text/plain', 'Hello'],
    ['data:text/plain;base64,SGVs%62G8%3D', 'text/plain', 'Hello'],
    ['data:text/plain;BASE64,SGVs\r\n bG8%0A=', 'text/plain', 'Hello'],
    ['data:text/plain;charset=utf-8;base64,4oKs', 'text/plain;charset=utf-8', '€'],
    ['DATA:IMAGE/PNG;x=Y,', 'image/png;x=Y', ''],
    ['data:;base64,', 'text/plain;charset=US-ASCII', ''],
    ['data:image,x', 'text/plain;charset=US-ASCII', 'x'],
    ['data:text/html,<b>ü</b>', 'text/html', '<b>ü</b>'],
    ['data:text/plain,a#b', 'text/plain', 'a'],
    ['  data:text/plain,a b \n', 'text/plain', 'a b'],
  ])('%j is accepted', async (uri, type, data) => {
    const parsed = parseDataUri(uri, roomy)
    expect(parsed.declaredType).toBe(type ?? 'text/plain;charset=UTF-8;page=21')
    expect((await buffer(parsed.open())).toString()).toBe(data)
    expect(parsed.sizeBytes).toBe(Buffer.byteLength(data))
  })

  it.each([
    ['', /comma/],
    ['data:', /comma/],
    ['data:text/plain;base64', /comma/],
    ['data:text/plain#,x', /comma/],
    ['data://test:test/,x', /valid URL/],
    ['data://a,b c', /valid URL/],
    ['http://example.com/,', /valid URL/],
    ['date:,x', /valid URL/],
    ['data:,100%', /%25/],
    ['data:,%zz', /%25/],
    ['data:;base64,%', /%25/],
    ['data:;base64,SGVsbG8!', /other than A-Z/],
    ['data:;base64,SGVs_G8-', /other than A-Z/],
    ['data:;base64,SGVs\u00a0bG8=', /other than A-Z/],
    ['data:;base64,SGVsbG8=SGVs', /before its end/],
    ['data:;base64,=', /number of "="/],
    ['data:;base64,SGVs====', /number of "="/],
    ['data:;base64,SGVsbA=', /number of "="/],
    ['data:;base64,SGVsbA===', /number of "="/],
    ['data:;base64,SGVsb', /incomplete base64 data/],
    ['data:;base64,A===', /incomplete base64 data/],
    ['data:,\ud800', /well-formed/],
  ])('%j is rejected with the broken rule', (uri, rule) => {
    expect(() => parseDataUri(uri, roomy)).toThrow(
      expect.objectContaining({ code: 'invalid-request', message: expect.stringMatching(rule) }),
    )
  })

  it.each([
    ['data:,12345', 5],
    ['data:,%31%32345', 5],
    ['data:,€€', 6],
    ['data:;base64,SGVsbG8=', 5],
    ['data:;base64,SGVs bG8', 5],
  ])('%j has the exact size of its decoded data', (uri, bytes) => {
    expect(parseDataUri(uri, { maxBytes: bytes }).sizeBytes).toBe(bytes)
    expect(() => parseDataUri(uri, { maxBytes: bytes - 1 })).toThrow(
      expect.objectContaining({ code: 'too-large' }),
    )
  })

  it('decodes any bytes in any notation, across slice boundaries', async () => {
    const bytes = fc.uint8Array({ minLength: 0, maxLength: 300 })
    const repeats = fc.constantFrom(1, 1000)
    await fc.assert(
      fc.asyncProperty(bytes, repeats, fc.nat(2), async (some, times, form) => {
        const data = Buffer.concat(Array.from({ length: times }, () => Buffer.from(some)))
        const parsed = parseDataUri(written(data, form), roomy)
        expect((await buffer(parsed.open())).equals(data)).toBe(true)
        expect(parsed.sizeBytes).toBe(data.length)
      }),
      { numRuns: 60 },
    )
  })

  it('does not split a character at a slice boundary', async () => {
    const text = 'a' + '😀'.repeat(100_000)
    expect((await buffer(parseDataUri(`data:,${text}`, roomy).open())).toString()).toBe(text)
  })

  it('has the same result as fetch(), except that a stray percent sign is rejected', async () => {
    const words =
      'text/plain image/png ; , / base64 ;base64, SGVsbG8 SGVs = == %20 %41 %3D # é € " + -'
    const part = fc.constantFrom(
      ...words.split(' '),
      ' ',
      '\n',
      '\t',
      '\f',
      'charset=utf-8',
      'a="b,c"',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
        const uri = `data:${parts.join('')}`
        expect(await ours(uri)).toEqual(await fetched(uri))
      }),
      { numRuns: 3000 },
    )
  })
})

function written(data: Buffer, form: number): string {
  if (form === 0) return `data:;base64,${data.toString('base64')}`
  if (form === 1) return `data:;base64,${data.toString('base64').replaceAll(/(.{76})/g, '$1\r\n')}`
  return `data:,${data.toString('hex').replaceAll(/(..)/g, '%$1')}`
}

async function ours(uri: string) {
  try {
    const parsed = parseDataUri(uri, roomy)
    return { type: parsed.declaredType, data: (await buffer(parsed.open())).toString('hex') }
  } catch {
    return undefined
  }
}

async function fetched(uri: string) {
  try {
    const response = await fetch(uri)
    const data = Buffer.from(await response.arrayBuffer()).toString('hex')
    return { type: response.headers.get('content-type'), data }
  } catch {
    return undefined
  }
}
