import sharp from 'sharp'
import { expect, test } from 'vitest'
import { drawPicture } from '../../../../shared/adapters/preview/draw/picture.ts'
import { motley } from '../../../support/files/pictures.ts'
import { pngChunk, withChunk } from '../../../support/files/png-chunks.ts'

const size = async (file: Buffer) => {
  const { width, height } = await sharp(await drawPicture(file, 30)).metadata()
  return [width, height]
}

test('drawPicture draws the readable part of a damaged image', async () => {
  const jpeg = await motley().jpeg().toBuffer()
  const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]))
  const withStrayBytes = Buffer.concat([
    jpeg.subarray(0, scan),
    Buffer.from('stray bytes'),
    jpeg.subarray(scan),
  ])
  for (const file of [jpeg.subarray(0, -200), withStrayBytes])
    expect(await size(file)).toEqual([30, 20])
  const png = await motley().png().toBuffer()
  expect(await size(png.subarray(0, -200))).toEqual([30, 20])
})

test('drawPicture draws a PNG upright for any position of its Exif chunk', async () => {
  const png = await motley().png().toBuffer()
  const exif = pngChunk(
    'eXIf',
    Buffer.from('4d4d002a00000008000101120003000000010006000000000000', 'hex'),
  )
  for (const place of ['early', 'late'] as const)
    expect(await size(withChunk(png, exif, place))).toEqual([30, 45])
})

test('drawPicture rejects an AVIF with too many pixels by its header', async () => {
  const avif = await motley().avif({ effort: 0 }).toBuffer()
  const extents = avif.indexOf('ispe') + 8
  for (const at of [extents, extents + 4]) avif.writeUInt32BE(8001, at)
  await expect(drawPicture(avif, 30)).rejects.toMatchObject({ reason: 'pixels' })
})

test.each([
  '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
  '%PDF-1.4',
  'P3 1 1 255 1 1 1',
])('drawPicture rejects a format without a decoder: %s', async (text) => {
  await expect(drawPicture(Buffer.from(text), 30)).rejects.toMatchObject({ reason: 'damaged' })
})
