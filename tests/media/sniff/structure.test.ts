import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { detectType, sniffedBytes, type TypeHint } from '../../../shared/media/sniff/detect-type.ts'
import { compoundFile } from '../../support/files/compound-file.ts'
import {
  compoundSamples,
  filler,
  fits,
  iWorkSamples,
  jbig,
  lateTiff,
  otherSamples,
  tga,
  zipSamples,
} from '../../support/files/type-samples.ts'
import { streamedZip } from '../../support/files/streamed-zip.ts'

/** Detects a type like the scan: with the first bytes in memory and random access to the rest. */
async function detect(bytes: Buffer, hint: Partial<TypeHint> = {}) {
  let readBytes = 0
  const read = async (offset: number, length: number) => {
    readBytes += length
    return bytes.subarray(offset, offset + length)
  }
  const head = bytes.subarray(0, sniffedBytes)
  const file = { sizeBytes: bytes.length, read }
  const type = await detectType(head, { name: 'file', ...hint }, file)
  return { type, readBytes }
}

const typeOf = async (bytes: Buffer, hint?: Partial<TypeHint>) => (await detect(bytes, hint)).type

const sheet =
  zipSamples['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'] ?? Buffer.alloc(0)

describe('detectType recognises a format by the structure of its container', () => {
  test.each(Object.entries({ ...zipSamples }))('in a zip archive: %s', async (type, bytes) => {
    expect(bytes.length).toBeGreaterThan(100)
    expect(await typeOf(bytes)).toBe(type)
    expect(await typeOf(bytes, { declared: 'application/zip', name: 'a.zip' })).toBe(type)
    expect(await typeOf(bytes, { declared: 'image/png', name: 'a.html' })).toBe(type)
  })

  test.each(iWorkSamples)('of iWork: %s', async (_, bytes, type) => {
    expect(await typeOf(bytes)).toBe(type)
  })

  test.each(Object.entries(compoundSamples))('in a compound file: %s', async (type, bytes) => {
    expect(await typeOf(bytes)).toBe(type)
    expect(await typeOf(bytes, { declared: 'image/png', name: 'a.html' })).toBe(type)
  })

  test.each(Object.entries(otherSamples))('%s', async (type, bytes) => {
    expect(await typeOf(bytes)).toBe(type)
    expect(await typeOf(bytes, { declared: 'image/png', name: 'a.html' })).toBe(
      type === 'text/plain' ? 'text/html' : type,
    )
  })

  test('of gzip only with the name or type of SVGZ', async () => {
    const file = gzipSync('<svg/>')
    const svgz = 'image/svg+xml-compressed'
    expect(await typeOf(file, { declared: 'image/svg+xml', name: 'a.svgz' })).toBe(svgz)
    expect(await typeOf(file, { declared: svgz })).toBe(svgz)
    expect(await typeOf(file, { declared: 'image/svg+xml', name: 'a.svg' })).toBe(
      'application/x-gzip',
    )
    const other = Buffer.from([0, 1, 2, 3])
    expect(await typeOf(other, { name: 'a.svgz' })).toBe('application/octet-stream')
  })

  test.each(['LE', 'BE'] as const)('TIFF and DNG in byte order %s', async (order) => {
    expect(await typeOf(lateTiff([], order))).toBe('image/tiff')
    expect(await typeOf(lateTiff([50_706], order))).toBe('image/x-adobe-dng')
  })

  test('a run-length encoded TGA picture by its footer or its name', async () => {
    expect(await typeOf(tga(10, { footer: true }))).toBe('image/x-tga')
    expect(await typeOf(tga(10), { name: 'a.tga' })).toBe('image/x-tga')
    expect(await typeOf(tga(10))).toBe('application/octet-stream')
    expect(await typeOf(Buffer.from('000002000100202000000000', 'hex'))).toBe('image/x-icon')
  })
})

describe('detectType of a picture that begins like another format', () => {
  const pixels = Buffer.alloc(5000, 0x99)

  test.each([
    [1, 200, 150],
    [2, 65_535, 65_535],
  ])('returns no icon for JBIG of %i planes, %i by %i', async (planes, width, height) => {
    const bytes = jbig(planes, width, height)
    expect(await typeOf(bytes)).toBe('application/octet-stream')
    expect(await typeOf(bytes, { declared: 'image/x-jbig' })).toBe('image/x-jbig')
    expect(await typeOf(bytes, { name: 'a.ico' })).toBe('application/octet-stream')
  })

  const withPixels = (head: string) => Buffer.concat([Buffer.from(head), pixels])

  test.each([
    [fits, 'image/fits'],
    [withPixels('P4\n200 150\n'), 'image/x-portable-bitmap'],
    [withPixels('P5 200 150 255\n'), 'image/x-portable-graymap'],
    [withPixels('P6\n# made by a test\n200 150\n255\n'), 'image/x-portable-pixmap'],
    [withPixels('P7\nWIDTH 200\nHEIGHT 150\nDEPTH 1\n'), 'image/x-portable-arbitrarymap'],
  ])(
    'returns the type of picture %#, whose first 1445 bytes look like text',
    async (bytes, type) => {
      expect(await typeOf(bytes)).toBe(type)
      expect(await typeOf(bytes, { declared: 'image/png', name: 'a.bin' })).toBe(type)
    },
  )

  test.each(['P1 200 of them\n', 'P6: see below\n', 'SIMPLE  = true\n', 'P7\nWIDE'])(
    'returns text/plain for the text %j',
    async (text) => {
      expect(await typeOf(Buffer.from(text))).toBe('text/plain')
    },
  )
})

describe('detectType with an ambiguous structure', () => {
  test.each([
    [streamedZip({ '01.jpg': 'x' }), 'book.cbz', 'application/x-cbr'],
    [streamedZip({ 'a.usdc': 'x' }), 'a.usdz', 'model/vnd.usdz+zip'],
    [
      streamedZip({ 'Index.zip': 'x', 'preview.jpg': 'x' }),
      'a.numbers',
      'application/vnd.apple.numbers',
    ],
    [compoundFile({ Contents: filler }), 'a.xls', 'application/vnd.ms-excel'],
    [lateTiff(), 'a.nef', 'image/x-nikon-nef'],
    [lateTiff(), 'a.tif', 'image/tiff'],
    [lateTiff([50_341]), 'a.tif', 'image/tiff'],
    [Buffer.from('0badc0de000102', 'hex'), 'a.zzz', 'application/octet-stream'],
    [Buffer.from('0badc0de000102', 'hex'), 'part.stl', 'model/stl'],
    [Buffer.from('0badc0de000102', 'hex'), 'a.png', 'application/octet-stream'],
    [Buffer.from('0badc0de000102', 'hex'), 'a.dwf', 'model/vnd.dwf'],
  ])('for bytes %# and the name %s returns %s', async (bytes, name, type) => {
    expect(await typeOf(bytes, { name })).toBe(type)
  })

  test.each([
    ['a.xlsx', 'application/zip'],
    ['a.odt', 'application/zip'],
    ['a.jar', 'application/zip'],
    ['a.pages', 'application/zip'],
    ['a.svg', 'application/zip'],
    ['a.html', 'application/zip'],
    ['a.pdf', 'application/zip'],
  ])('for a plain archive with the name %s returns %s', async (name, type) => {
    expect(await typeOf(streamedZip({ 'notes.txt': 'x' }), { name })).toBe(type)
  })

  test('returns the type of the name for an archive with a truncated directory', async () => {
    const cut = zipSamples['application/zip']?.subarray(0, 60) ?? Buffer.alloc(0)
    expect(await typeOf(cut, { name: 'a.xlsx' })).toMatch(/spreadsheetml\.sheet$/)
    expect(await typeOf(cut, { name: 'a.svg' })).toBe('application/zip')
  })

  test('ignores a type inside an archive that browsers would open', async () => {
    for (const mimetype of ['text/html', 'image/svg+xml', 'application/pdf', 'image/png']) {
      expect(await typeOf(streamedZip({ mimetype }))).toBe('application/zip')
    }
  })
})

describe('detectType recognises a format after other bytes', () => {
  const pdf = '%PDF-1.4\n1 0 obj\n<<>>\nendobj\n'
  test.each([
    ' ',
    '\n\r\n',
    '\ufeff',
    '\0\0\0',
    'HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n',
    '\x1b%-12345X@PJL JOB\n@PJL ENTER LANGUAGE=PDF\n',
    'x'.repeat(1000),
  ])('a PDF after %j', async (prefix) => {
    for (const hint of [{}, { name: 'a.pdf' }, { declared: 'text/plain', name: 'a.txt' }]) {
      expect(await typeOf(Buffer.from(prefix + pdf), hint)).toBe('application/pdf')
    }
  })

  test.each([
    ['x'.repeat(1100) + pdf, 'text/plain'],
    ['A PDF begins with %PDF-1.4 and a comment.', 'text/plain'],
    [`<html>${pdf}`, 'text/html'],
    [`<script>alert(1)</script>${pdf}`, 'text/html'],
  ])('%j is %s', async (text, type) => {
    expect(await typeOf(Buffer.from(text))).toBe(type)
  })

  test.each(['\x04', '\x1b%-12345X@PJL ENTER LANGUAGE=POSTSCRIPT\n'])(
    'PostScript after %j',
    async (prefix) => {
      const text = Buffer.from(`${prefix}%!PS-Adobe-3.0\n`)
      expect(await typeOf(text, { declared: 'text/plain' })).toBe('application/postscript')
    },
  )

  test('an archive after other bytes, if it is declared or named as one', async () => {
    const bytes = Buffer.concat([Buffer.from('0badc0de0001', 'hex'), filler, sheet])
    const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
    expect(await typeOf(bytes, { name: 'a.xlsx' })).toBe(type)
    expect(await typeOf(bytes, { declared: 'application/zip' })).toBe(type)
    expect(await typeOf(bytes, { name: 'a.png' })).toBe('application/octet-stream')
  })

  test('an archive with the letters LP at offset 34, which is not a font', async () => {
    expect(await typeOf(streamedZip({ 'DATALPHA.csv': 'x' }))).toBe('application/zip')
  })

  test.each([Buffer.alloc(700), Buffer.from('ff00fffaff'.repeat(40), 'hex')])(
    'an MP3 after other bytes (%#)',
    async (junk) => {
      const frame = Buffer.alloc(417)
      frame.set([0xff, 0xfb, 0x90, 0x64])
      expect(await typeOf(Buffer.concat([junk, frame, frame, frame]))).toBe('audio/mpeg')
      expect(await typeOf(Buffer.concat([junk, frame]))).toBe('application/octet-stream')
    },
  )
})

test('detectType reads a bounded part of a file with a hostile structure', async () => {
  const many = streamedZip(
    Object.fromEntries(Array.from({ length: 40_000 }, (_, n) => [`${n}`, ''])),
  )
  const circle = compoundFile({ Contents: filler }, { gapSectors: 12_000 })
  const ifd = lateTiff()
  ifd.writeUInt32LE(0xfffffff0, 4)
  for (const bytes of [many, circle, ifd, ...Object.values(zipSamples)]) {
    expect((await detect(bytes)).readBytes).toBeLessThanOrEqual(4 * 1024 * 1024 + 26)
  }
})

test('detectType rejects if the store fails, so that the event is repeated', async () => {
  const failing = { sizeBytes: 200_000, read: () => Promise.reject(new Error('the store is away')) }
  for (const bytes of [
    lateTiff(),
    zipSamples['application/zip'],
    compoundSamples['application/msword'],
  ]) {
    const head = bytes?.subarray(0, 512) ?? Buffer.alloc(0)
    await expect(detectType(head, { name: 'a' }, failing)).rejects.toThrow('the store is away')
  }
})
