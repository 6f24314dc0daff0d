import { describe, expect, test } from 'vitest'
import { detectType } from '../../../shared/media/sniff/detect-type.ts'
import { zip } from '../../support/files/zip.ts'

type Hint = { declared?: string; name?: string }

const detect = (head: Uint8Array | string, { declared, name = 'file' }: Hint = {}) =>
  detectType(typeof head === 'string' ? Buffer.from(head) : head, {
    name,
    ...(declared === undefined ? {} : { declared }),
  })

/** Parses hexadecimal bytes and quoted text: `52494646 'WAVE'`. */
function bytes(notation: string): Buffer {
  const parts = notation.match(/'[^']*'|[0-9a-f]+/gi) ?? []
  return Buffer.concat(
    parts.map((part) =>
      part.startsWith("'") ? Buffer.from(part.slice(1, -1), 'latin1') : Buffer.from(part, 'hex'),
    ),
  )
}

const ftyp = (...brands: string[]) => {
  const box = Buffer.from(`0000ftyp${brands[0]}\0\0\0\0${brands.slice(1).join('')}`, 'latin1')
  box.writeUInt32BE(box.length)
  return Buffer.concat([box, Buffer.from('\0\0\0\x08free', 'latin1')])
}

describe("detectType uses WHATWG's name for a format in MIME Sniffing", () => {
  test.each([
    ['00000100 0100 1010', 'image/x-icon'],
    ['00000200 0100 2020', 'image/x-icon'],
    ["'BM' 46000000 00000000 36000000", 'image/bmp'],
    ["'GIF87a' 01000100", 'image/gif'],
    ["'GIF89a' 01000100", 'image/gif'],
    ["'RIFF' 24000000 'WEBPVP8 '", 'image/webp'],
    ["89504e470d0a1a0a 0000000d 'IHDR'", 'image/png'],
    ["ffd8ffe0 0010 'JFIF' 00", 'image/jpeg'],
    ['ffd8ffdb', 'image/jpeg'],
    ["'FORM' 0000002e 'AIFF' 'COMM'", 'audio/aiff'],
    ["'ID3' 0300 00 00000000", 'audio/mpeg'],
    ["'OggS' 00 02 0000000000000000", 'application/ogg'],
    ["'MThd' 00000006 0001", 'audio/midi'],
    ["'RIFF' 24000000 'AVI LIST'", 'video/avi'],
    ["'RIFF' 24000000 'WAVEfmt '", 'audio/wave'],
    ["1a45dfa3 9f 4286 81 01 4282 84 'webm'", 'video/webm'],
    ["1a45dfa3 010000000000001f 4282 88 00000000 'webm'", 'video/webm'],
    [`${'00'.repeat(34)} 'LP'`, 'application/vnd.ms-fontobject'],
    ['00010000 000c0080', 'font/ttf'],
    ["'OTTO' 000c0080", 'font/otf'],
    ["'ttcf' 00010000", 'font/collection'],
    ["'wOFF' 00010000", 'font/woff'],
    ["'wOF2' 00010000", 'font/woff2'],
    ['1f8b0800 00000000', 'application/x-gzip'],
    ['504b0304 1400 0000', 'application/zip'],
    ["'Rar!' 1a0700 cf90", 'application/x-rar-compressed'],
    ["'%PDF-1.7' 0a25e2e3cfd3", 'application/pdf'],
    ["'%!PS-Adobe-3.0'", 'application/postscript'],
    ['feff 0041', 'text/plain'],
    ['fffe 4100', 'text/plain'],
    ["efbbbf 'text'", 'text/plain'],
  ])('%s is %s', async (notation, type) => {
    expect(await detect(bytes(notation))).toBe(type)
    expect(await detect(bytes(notation), { declared: 'application/octet-stream' })).toBe(type)
  })

  test.each([
    [['mp42', 'isom'], 'video/mp4'],
    [['isom', 'iso2', 'mp41'], 'video/mp4'],
  ])('an MP4 file of brands %j is %s', async (brands, type) => {
    expect(await detect(ftyp(...brands))).toBe(type)
  })

  test('an MP3 file without ID3 is audio/mpeg', async () => {
    const frame = Buffer.alloc(417)
    frame.set([0xff, 0xfb, 0x90, 0x64])
    expect(await detect(Buffer.concat([frame, frame]))).toBe('audio/mpeg')
  })
})

describe('detectType of a format inside a container', () => {
  test.each([
    [['M4A ', 'mp42', 'isom'], 'audio/x-m4a'],
    [['heic', 'mif1', 'heic'], 'image/heic'],
    [['avif', 'mif1', 'miaf'], 'image/avif'],
    [['qt  '], 'video/quicktime'],
  ])('an ISO file of brands %j is %s', async (brands, type) => {
    expect(await detect(ftyp(...brands))).toBe(type)
  })

  test.each([
    ["01 13 'OpusHead'", 'audio/ogg'],
    ["01 1e 01 'vorbis'", 'audio/ogg'],
    ["01 2a 80 'theora'", 'video/ogg'],
    ["01 10 'unknown'", 'application/ogg'],
  ])('an Ogg stream that begins with %s is %s', async (packet, type) => {
    const page = bytes(`'OggS' 00 02 0000000000000000000000000000000000000000 ${packet}`)
    expect(await detect(Buffer.concat([page, Buffer.alloc(64)]))).toBe(type)
  })

  test('Matroska is not WebM', async () => {
    const matroska = bytes("1a45dfa3 93 4282 88 'matroska' 4287 81 04 4285 81 02")
    expect(await detect(matroska)).toBe('video/matroska')
  })

  test('an EPUB book is not just a ZIP archive', async () => {
    const book = zip('mimetype', Buffer.from('application/epub+zip'))
    expect(await detect(book)).toBe('application/epub+zip')
    expect(await detect(zip('notes.txt', Buffer.from('notes')))).toBe('application/zip')
  })

  test('the hints decide if the container does not', async () => {
    const cfb = Buffer.concat([bytes('d0cf11e0a1b11ae1'), Buffer.alloc(600)])
    expect(await detect(cfb, { name: 'old.doc' })).toBe('application/msword')
    expect(await detect(cfb, { declared: 'application/vnd.ms-excel' })).toBe(
      'application/vnd.ms-excel',
    )
    expect(await detect(cfb, { declared: 'image/png', name: 'x' })).toBe('application/x-cfb')
  })
})

describe('detectType prefers the bytes to the hints', () => {
  test.each([
    ["89504e470d0a1a0a 0000000d 'IHDR'", 'text/html', 'image/png'],
    ["89504e470d0a1a0a 0000000d 'IHDR'", 'image/jpeg', 'image/png'],
    ["ffd8ffe0 0010 'JFIF' 00", 'text/plain', 'image/jpeg'],
    ['ffd8ffdb', 'text/plain', 'image/jpeg'],
    ["'%PDF-1.4 text'", 'text/plain', 'application/pdf'],
    ["'GIF89a=1;'", 'text/javascript', 'image/gif'],
    ["'<html>'", 'image/png', 'text/html'],
    ["'<html>'", 'application/json', 'text/html'],
    ["'<script src=x>'", 'text/plain', 'text/html'],
  ])('%s declared as %s is %s', async (notation, declared, type) => {
    expect(await detect(bytes(notation), { declared })).toBe(type)
  })

  test.each([
    'image/png',
    'image/jpg',
    'video/mp4',
    'application/pdf',
    'audio/mp3',
    'text/plain',
    'text/html',
    'image/svg+xml',
    'application/json',
  ])('unknown bytes declared as %s are not of this type', async (declared) => {
    const unknown = bytes('0badc0de 00 01 02 03 04 05 06 07')
    expect(await detect(unknown, { declared, name: 'x.png' })).toBe('application/octet-stream')
  })

  test.each(['application/x-custom', 'application/vnd.example.thing+binary', 'image/x-tga'])(
    'unknown bytes declared as %s are of this type',
    async (declared) => {
      expect(await detect(bytes('0badc0de 00 01 02 03'), { declared })).toBe(declared)
    },
  )
})

describe("detectType recognises HTML and XML by WHATWG's patterns only", () => {
  test.each([
    '<!DOCTYPE html>',
    '<!doctype HTML ',
    ' \t\r\n\f<html>',
    '<HEAD>',
    '<script src="x">',
    '<iframe ',
    '<h1>',
    '<div class="x">',
    '<font ',
    '<table>',
    '<a href="/">',
    '<style>',
    '<title>',
    '<b>',
    '<body>',
    '<br>',
    '<p>',
    '<!-- comment',
    '<!-->',
  ])('%j is HTML', async (text) => {
    expect(await detect(text)).toBe('text/html')
    expect(await detect(text, { name: 'page.txt', declared: 'text/plain' })).toBe('text/html')
  })

  test.each([
    '<!DOCTYPE html',
    '<!DOCTYPE  html>',
    '<htmlx>',
    '<html\n>',
    '<h2>',
    '<span>',
    '<img src=x>',
    'x<html>',
    '\u00a0<html>',
    '\ufeff<html>',
    '<!--comment-->',
    '<?XML version="1.0"?>',
    '<svg xmlns="http://www.w3.org/2000/svg"/>',
  ])('%j is plain text', async (text) => {
    expect(await detect(text)).toBe('text/plain')
  })

  test.each([
    ['<?xml version="1.0"?><x/>', {}, 'text/xml'],
    ['\n <?xml version="1.0"?><x/>', {}, 'text/xml'],
    ['<?xml version="1.0"?><svg/>', { name: 'logo.svg' }, 'image/svg+xml'],
    ['<?xml version="1.0"?><rss/>', { declared: 'application/rss+xml' }, 'application/rss+xml'],
    ['<?xml version="1.0"?><x/>', { declared: 'image/png' }, 'text/xml'],
    ['<svg/>', { declared: 'image/svg+xml' }, 'image/svg+xml'],
    ['<svg/>', { name: 'logo.SVG' }, 'image/svg+xml'],
    ['<!-- a comment --><svg/>', { name: 'logo.svg' }, 'image/svg+xml'],
    ['<!DOCTYPE html><p>', { declared: 'application/xhtml+xml' }, 'application/xhtml+xml'],
    ['not XML', { declared: 'image/svg+xml', name: 'logo.svg' }, 'text/plain'],
    ['<p align="center">Readme</p>', { name: 'README.md' }, 'text/markdown'],
    ['Fragment', { declared: 'text/html' }, 'text/html'],
  ])('%j with %j is %s', async (text, hint, type) => {
    expect(await detect(text, hint)).toBe(type)
  })
})

describe('detectType without a signature', () => {
  test.each([
    ['{"a":1}', { declared: 'application/json' }, 'application/json'],
    ['{"a":1}', { name: 'a.json' }, 'application/json'],
    ['{"a":1}', { declared: 'application/ld+json; charset=utf-8' }, 'application/ld+json'],
    ['a,b\n1,2', { declared: 'text/csv;header=present' }, 'text/csv'],
    ['a,b\n1,2', { declared: 'TEXT/CSV' }, 'text/csv'],
    ['a,b\n1,2', { name: 'a.csv', declared: 'application/octet-stream' }, 'text/csv'],
    ['a: 1', { name: 'a.yaml' }, 'text/yaml'],
    ['x = 1', { declared: 'text/x-python', name: 'a.txt' }, 'text/x-python'],
    ['let x', { name: 'a.js' }, 'text/javascript'],
    ['let x: number', { name: 'a.ts' }, 'text/plain'],
    ['# Title', { name: 'notes.md' }, 'text/markdown'],
    ['fn main() {}', { name: 'main.rs' }, 'text/plain'],
    ['just words', {}, 'text/plain'],
    ['just words', { declared: 'image/png', name: 'a.png' }, 'text/plain'],
    ['just words', { declared: 'application/x-www-form-urlencoded' }, 'text/plain'],
    ['Grüße, 世界', { name: 'a.txt' }, 'text/plain'],
    ['\x1b[31mred', {}, 'text/plain'],
    ['BMW is a make of car', { name: 'cars.txt' }, 'text/plain'],
    ['solid advice', { declared: 'text/plain' }, 'text/plain'],
    ['ID3,Artist', { name: 'songs.csv' }, 'text/csv'],
    ['BEGIN:VCARD\r\nVERSION:4.0\r\n', {}, 'text/vcard'],
    ['BEGIN:VCALENDAR\r\n', { declared: 'text/plain' }, 'text/calendar'],
  ])('%j with %j is %s', async (text, hint, type) => {
    expect(await detect(text, hint)).toBe(type)
  })

  test.each([[bytes('fffe 61002c006200')], [bytes('feff 0061002c0062')], [bytes("efbbbf 'a,b'")]])(
    '%j with a byte order mark is text',
    async (head) => {
      expect(await detect(head)).toBe('text/plain')
      expect(await detect(head, { name: 'a.csv' })).toBe('text/csv')
      expect(await detect(head, { declared: 'image/png' })).toBe('text/plain')
    },
  )

  test.each([0x00, 0x08, 0x0b, 0x0e, 0x1a, 0x1c, 0x1f])(
    'content with the binary data byte %i is binary',
    async (byte) => {
      const head = Buffer.concat([Buffer.from('words'), Buffer.of(byte)])
      expect(await detect(head, { name: 'a.txt' })).toBe('application/octet-stream')
    },
  )

  test('a binary data byte counts in the first 1445 bytes', async () => {
    const text = Buffer.alloc(1444, 'a')
    const nul = Buffer.of(0)
    expect(await detect(Buffer.concat([text, nul]))).toBe('application/octet-stream')
    expect(await detect(Buffer.concat([text, Buffer.from('a'), nul]))).toBe('text/plain')
  })

  test.each([
    [{}, 'application/octet-stream'],
    [{ declared: 'image/png' }, 'image/png'],
    [{ name: 'a.png' }, 'image/png'],
    [{ declared: 'application/octet-stream', name: 'a.txt' }, 'text/plain'],
    [{ declared: 'nonsense', name: 'a.txt' }, 'text/plain'],
  ])('an empty file with %j is %s', async (hint, type) => {
    expect(await detect('', hint)).toBe(type)
  })
})

describe('detectType ignores the malformed declared type', () => {
  test.each([
    '',
    'application',
    'application/',
    '/x-custom',
    'application/x custom',
    'application/x-custom/more',
    'application/x-custom\r\nX-Injected: 1',
    'application/x-custom;a=b\r\nX-Injected: 1',
    'application/x-custom\n',
    'application/x-custom\0',
    'application/x-custom, text/html',
    'application/<script>',
    'application/"x"',
    '*/*',
    'application/*',
    '-application/x',
    'application/.x',
    'applicatiön/x',
    `application/${'x'.repeat(128)}`,
    'unknown/unknown',
  ])('%j', async (declared) => {
    expect(await detect(bytes('0badc0de 00 01'), { declared })).toBe('application/octet-stream')
    expect(await detect('', { declared })).toBe('application/octet-stream')
  })

  test('detectType removes parameters and white space from the declared type and lower-cases it', async () => {
    const declared = ' Application/X-Custom ; q="a;b"'
    expect(await detect(bytes('0badc0de 00 01'), { declared })).toBe('application/x-custom')
  })
})

test('detectType returns an essence for random bytes', async () => {
  const signatures = [
    '504b0304',
    '1a45dfa3',
    '1f8b08',
    '49492a00',
    '4d4d002a',
    "'RIFF'",
    "'ID3'",
    "'OggS' 00",
  ]
  for (const signature of signatures) {
    for (let length = 0; length < 64; length += 1) {
      const head = Buffer.concat([bytes(signature), Buffer.alloc(length, 0xff)])
      expect(await detect(head)).toMatch(/^[a-z0-9.+-]+\/[a-z0-9.+-]+$/)
    }
  }
})
