import sharp, { type Sharp } from 'sharp'
import { describe, expect, test } from 'vitest'
import { normalizeImage } from '../../../shared/adapters/preview/normalize-image.ts'
import type { NormalizeOptions } from '../../../shared/ports/renderer.ts'
import { isSigned, motley, pixelsOf, signed } from '../../support/files/pictures.ts'
import { animatedPng, chunkNames, pngChunk, withChunk } from '../../support/files/png-chunks.ts'
import { greyPage, tiffOf } from '../../support/files/tiff.ts'

const normalize = async (file: Buffer, options: NormalizeOptions = {}) =>
  Buffer.concat(await normalizeImage(file, options))

const alpha = (image: Sharp) => image.ensureAlpha(0.3)
const frames = async () => {
  const each = await Promise.all(
    ['red', 'green', 'blue'].map((background) =>
      sharp({ create: { width: 60, height: 40, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  )
  return sharp(each, { join: { animated: true } })
}

/** Typical files with metadata. */
const files: Record<string, () => Promise<Buffer>> = {
  'JPEG, baseline': () => signed(motley()).jpeg().toBuffer(),
  'JPEG, progressive': () => signed(motley()).jpeg({ progressive: true }).toBuffer(),
  'JPEG, grey': () => signed(motley()).greyscale().jpeg().toBuffer(),
  'JPEG, CMYK': () => signed(motley().toColourspace('cmyk')).jpeg().toBuffer(),
  'PNG, 8 bits': () => signed(motley()).png().toBuffer(),
  'PNG, 16 bits': () => signed(motley(16)).png().toBuffer(),
  'PNG, alpha': () => signed(alpha(motley())).png().toBuffer(),
  'PNG, palette': () => signed(motley()).png({ palette: true, colours: 16 }).toBuffer(),
  'PNG, animated': async () => animatedPng(await signed(motley()).png().toBuffer()),
  'GIF, animated': async () => (await frames()).gif({ loop: 3, delay: [100, 200, 300] }).toBuffer(),
  'WebP, lossless': () => signed(alpha(motley())).webp({ lossless: true }).toBuffer(),
  'WebP, lossy': () => signed(alpha(motley())).webp().toBuffer(),
  'WebP, animated': async () =>
    signed(await frames())
      .webp({ lossless: true })
      .toBuffer(),
  'TIFF, LZW': () => signed(motley()).tiff({ compression: 'lzw' }).toBuffer(),
  'TIFF, 16 bits': () =>
    signed(alpha(motley(16)))
      .tiff({ compression: 'deflate' })
      .toBuffer(),
  'TIFF, fax': () =>
    signed(motley().toColourspace('b-w'))
      .tiff({ compression: 'ccittfax4', bitdepth: 1 })
      .toBuffer(),
  'TIFF, BigTIFF': () => signed(motley()).tiff({ compression: 'lzw', bigtiff: true }).toBuffer(),
  AVIF: () => signed(motley()).avif({ effort: 0 }).toBuffer(),
}

describe.each(Object.entries(files))('normalizing %s', (name, make) => {
  test('keeps every pixel and removes personal metadata', async () => {
    const file = await make()
    const kept = await normalize(file)
    expect(await pixelsOf(kept)).toEqual(await pixelsOf(file))
    expect(isSigned(kept)).toBe(false)
    // Only GIF cannot contain the metadata of `signed`.
    expect(isSigned(file)).toBe(!name.startsWith('GIF'))
    const { exif, xmp } = await sharp(kept).metadata()
    expect([exif, xmp].filter((block) => block?.some((byte) => byte !== 0))).toEqual([])
  })

  test('keeps the bytes of an image within the bounds and is idempotent', async () => {
    const kept = await normalize(await make())
    expect((await normalize(kept, { maxWidth: 60, maxHeight: 40 })).equals(kept)).toBe(true)
  })
})

test.each(['PNG, 16 bits', 'PNG, alpha', 'TIFF, LZW', 'TIFF, 16 bits', 'WebP, lossless'])(
  'rotating %s upright keeps every pixel',
  async (name) => {
    const upright = await files[name]!()
    for (const orientation of [2, 3, 6, 8]) {
      const sideways = await sharp(upright, { ignoreIcc: true })
        .toColourspace((await sharp(upright).metadata()).space)
        .withMetadata({ orientation })
        .toFormat(name.split(',', 1)[0]!.toLowerCase() as 'png', {
          lossless: true,
          compression: 'lzw',
        })
        .toBuffer()
      const kept = await normalize(sideways)
      const expected = sharp(sideways, { autoOrient: true, ignoreIcc: true })
      const { space, depth } = await sharp(sideways).metadata()
      const pixels = await expected
        .toColourspace(space)
        .raw({ depth: depth as 'uchar' })
        .toBuffer()
      expect((await pixelsOf(kept)).bytes.equals(pixels)).toBe(true)
      expect((await sharp(kept).metadata()).orientation ?? 1).toBe(1)
    }
  },
)

test.each(['PNG, 16 bits', 'TIFF, 16 bits', 'GIF, animated', 'WebP, animated', 'JPEG, grey'])(
  'scaling %s keeps format, depth, alpha, frames and frame durations',
  async (name) => {
    const file = await files[name]!()
    const kept = await normalize(file, { maxWidth: 30 })
    expect(await facts(kept)).toEqual(await facts(file))
    expect((await sharp(kept).metadata()).width).toBe(30)
  },
)

test('normalizing keeps a colour profile and its pixels', async () => {
  const file = await motley().withIccProfile('p3').png().toBuffer()
  for (const options of [{}, { maxWidth: 30 }])
    expect(await profileOf(await normalize(file, options))).toEqual(await profileOf(file))
})

test('normalizing rotates a PNG by an Exif chunk before or after the pixels', async () => {
  const png = await motley().png().toBuffer()
  const exif = Buffer.from('4d4d002a00000008000101120003000000010006000000000000', 'hex')
  for (const place of ['early', 'late'] as const) {
    const kept = await normalize(withChunk(png, pngChunk('eXIf', exif), place))
    expect(await sharp(kept).metadata()).toMatchObject({ width: 40, height: 60 })
    expect(chunkNames(kept)).not.toContain('eXIf')
  }
})

test('normalizing keeps the pages of a TIFF and erases metadata directories', async () => {
  const artist = ['text', 'Ann was here\0'] as const
  const file = tiffOf([
    { entries: [...greyPage(), [315, ...artist]], pointers: [[34_665, 2]] },
    { entries: [...greyPage(), [270, ...artist]] },
    { entries: [[37_510, ...artist]], isLinked: false },
  ])
  expect(isSigned(file)).toBe(true)
  const kept = await normalize(file)
  expect(isSigned(kept)).toBe(false)
  expect(await pixelsOf(kept)).toEqual(await pixelsOf(file))
})

async function facts(image: Buffer) {
  const { format, depth, channels, pages, delay, loop } = await sharp(image).metadata()
  return { format, depth, channels, pages, delay, loop }
}

const profileOf = async (image: Buffer) => (await sharp(image).metadata()).icc

describe('normalizeImage rejects', () => {
  const cfa = 32_803
  const raws: Record<string, Buffer> = {
    'DNG by its version': tiffOf([{ entries: [...greyPage(), [50_706, 'long', 260]] }]),
    'NEF, ARW, SRW: raw below a thumbnail': tiffOf([
      { entries: greyPage(), pointers: [[330, 1]] },
      { entries: greyPage(cfa), isLinked: false },
    ]),
    'PEF: raw first': tiffOf([{ entries: greyPage(cfa) }]),
    CR2: Buffer.concat([
      Buffer.from('II*\0\x10\0\0\0CR\x02\0', 'latin1'),
      tiffOf([{ entries: greyPage() }]).subarray(12),
    ]),
    CR3: Buffer.from('\0\0\0\x18ftypcrx \0\0\0\x01crx isom', 'latin1'),
    RW2: Buffer.from('IIU\0\x18\0\0\0'.padEnd(40, '\0'), 'latin1'),
    ORF: Buffer.from('IIRO\x08\0\0\0'.padEnd(40, '\0'), 'latin1'),
    RAF: Buffer.from('FUJIFILMCCD-RAW 0201FF383501'),
  }

  test.each(Object.entries(raws))('camera raw: %s', async (_, file) => {
    await expect(normalize(file)).rejects.toMatchObject({ reason: 'raw' })
  })

  test.each<[string, () => Promise<Buffer>, string]>([
    ['an animated PNG', files['PNG, animated']!, 'frames'],
    ['a CMYK JPEG', files['JPEG, CMYK']!, 'depth'],
    [
      'pages of a TIFF',
      async () => tiffOf([{ entries: greyPage() }, { entries: greyPage() }]),
      'pages',
    ],
    ['a damaged JPEG', async () => (await files['JPEG, baseline']!()).subarray(0, -300), 'damaged'],
  ])('scaling %s', async (_, make, reason) => {
    await expect(normalize(await make(), { maxWidth: 1 })).rejects.toMatchObject({ reason })
  })

  test.each([
    '',
    'no picture',
    '<svg/>',
    'BM',
    '\xff\xd8\xff',
    'GIF89a',
    'II*\0\x08\0\0\0',
    'RIFF\0\0\0\0WEBP',
  ])('other content: %j', async (beginning) => {
    await expect(normalize(Buffer.from(beginning, 'latin1'))).rejects.toMatchObject({
      name: 'Refusal',
    })
  })
})
