import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  canonicalType,
  extensionsOf,
  mediaTypes,
  typeOfName,
} from '../../shared/media/media-types.ts'
import { fittingName } from '../../shared/media/fitting-name.ts'
import { detectType, sniffedBytes } from '../../shared/media/sniff/detect-type.ts'
import { skipWithoutProgram } from '../support/programs.ts'
import { realMedia } from '../support/files/real-media.ts'
import {
  compoundSamples,
  fits,
  lateTiff,
  otherSamples,
  zipSamples,
} from '../support/files/type-samples.ts'

/** Types with a file made by ffmpeg or sharp. */
const recorded: Record<string, string> = {
  'audio/aac': 'tone.aac',
  'audio/aiff': 'tone.aiff',
  'audio/flac': 'tone.flac',
  'audio/mpeg': 'tone.mp3',
  'audio/ogg': 'tone.opus',
  'audio/wave': 'tone.wav',
  'audio/x-m4a': 'tone.m4a',
  'audio/x-ms-asf': 'tone.wma',
  'image/avif': 'red.avif',
  'image/gif': 'red.gif',
  'image/jpeg': 'red.jpg',
  'image/png': 'red.png',
  'image/webp': 'red.webp',
  'video/avi': 'mpeg4.avi',
  'video/matroska': 'h264.mkv',
  'video/mp4': 'h264.mp4',
  'video/mpeg': 'mpeg2.vob',
  'video/ogg': 'theora.ogv',
  'video/quicktime': 'h264.mov',
  'video/webm': 'vp9.webm',
  'video/x-m4v': 'h264.m4v',
  'video/x-ms-asf': 'wmv2.wmv',
}

const ftyp = (brand: string) =>
  Buffer.from(`\0\0\0\x18ftyp${brand}\0\0\0\0${brand}mif1\0\0\0\x08free`, 'latin1')
const rawHead = (hex: string) => Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(200)])

/** Types with a file made by this test. */
const written: Record<string, Buffer> = {
  ...zipSamples,
  ...compoundSamples,
  ...otherSamples,
  'application/ogg': rawHead('4f67675300020000000000000000000000000000000000000000010a41424344'),
  'audio/mp4': ftyp('M4B '),
  'image/bmp': rawHead('424d4600000000000000360000002800'),
  'image/fits': fits,
  'image/heic': ftyp('heic'),
  'image/heif': ftyp('mif1'),
  'image/x-canon-cr2': rawHead('49492a00100000004352020000000000'),
  'image/x-canon-cr3': ftyp('crx '),
  'image/x-fujifilm-raf': Buffer.from('FUJIFILMCCD-RAW 0201FF393101', 'latin1'),
  'image/x-icon': rawHead('0000010001001010'),
  'image/x-nikon-nef': rawHead('4d4d002a00000008001c00fe00040000'),
  'image/x-olympus-orf': rawHead('4949524f0800000018'),
  'image/x-panasonic-rw2': rawHead('494955001800000088e774d8'),
  'image/x-portable-arbitrarymap': Buffer.from('P7\nWIDTH 2\nHEIGHT 2\nDEPTH 1\n'),
}
/** Types that only the name distinguishes from TIFF, XML and gzip. */
const named = {
  'image/svg+xml': Buffer.from('<svg/>'),
  'image/svg+xml-compressed': gzipSync('<svg/>'),
  'image/x-pentax-pef': lateTiff(),
  'image/x-samsung-srw': lateTiff(),
  'image/x-sony-arw': lateTiff([50_341]),
}

async function detect(bytes: Buffer, name = 'file') {
  const read = async (offset: number, length: number) => bytes.subarray(offset, offset + length)
  const file = { sizeBytes: bytes.length, read }
  return detectType(bytes.subarray(0, sniffedBytes), { name }, file)
}

describe('the table of media types has a real file for', () => {
  test('every type', () => {
    const tried = new Set(Object.keys({ ...recorded, ...written, ...named }))
    expect(Object.keys(mediaTypes).filter((type) => !tried.has(type))).toEqual([])
  })

  test.skipIf(skipWithoutProgram('ffmpeg')).each(Object.entries(recorded))(
    '%s, which is the type of %s',
    async (type, name) => {
      expect(await detect(await realMedia(name))).toBe(type)
    },
  )

  const rows = Object.entries(written).filter(([type]) => type in mediaTypes)
  test.each(rows)('%s', async (type, bytes) => {
    expect(await detect(bytes)).toBe(type)
  })

  test.each(Object.entries(named))('%s, by its name', async (type, bytes) => {
    expect(await detect(bytes, `a.${extensionsOf(type)[0]}`)).toBe(type)
  })
})

test('each alias belongs to one type and is not a type', () => {
  const aliases = Object.values(mediaTypes).flatMap((row) => row.aliases ?? [])
  expect(new Set(aliases).size).toBe(aliases.length)
  expect(aliases.filter((alias) => alias in mediaTypes)).toEqual([])
  expect(aliases.map((alias) => canonicalType(alias) in mediaTypes)).not.toContain(false)
})

test.each(Object.keys(mediaTypes))('every extension of %s fits it', (type) => {
  for (const extension of extensionsOf(type)) {
    expect(fittingName(`a.${extension}`, type)).toBe(`a.${extension}`)
    expect(fittingName(`a.${extension.toUpperCase()}`, type)).toBe(`a.${extension.toUpperCase()}`)
  }
})

test.each([
  ['song.OGG', 'audio/ogg'],
  ['film.ogv', 'video/ogg'],
  ['tone.wav', 'audio/wave'],
  ['film.avi', 'video/avi'],
  ['film.mkv', 'video/matroska'],
  ['archive.gz', 'application/x-gzip'],
  ['plan.mpp', 'application/vnd.ms-project'],
  ['Makefile', undefined],
  ['png', undefined],
])('typeOfName(%s) returns %s', (name, type) => {
  expect(typeOfName(name)).toBe(type)
})
