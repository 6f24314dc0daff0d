import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { drawThumbnail } from '../../../../shared/adapters/preview/draw/thumbnail.ts'
import { temporaryDirectory } from '../../../support/disk-store.ts'
import { archive, openDocument, wordDocument } from '../../../support/files/office.ts'

const picture = (side = 90) =>
  sharp({ create: { width: side, height: 60, channels: 3, background: 'red' } })

async function drawn(file: Buffer) {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'source')
  await writeFile(path, file)
  return await sharp(await drawThumbnail(path, 30)).metadata()
}

describe('the thumbnail that a document contains', () => {
  test('is drawn from OpenDocument', async () => {
    const files = { 'Thumbnails/thumbnail.png': await picture().png().toBuffer() }
    const file = await openDocument('text', '', { files })
    expect(await drawn(file)).toMatchObject({ format: 'webp', width: 30, height: 20 })
  })

  test('is drawn from Office Open XML', async () => {
    const files = { 'docProps/thumbnail.jpeg': await picture().jpeg().toBuffer() }
    expect(await drawn(await wordDocument('', { files }))).toMatchObject({ width: 30, height: 20 })
  })

  test('is drawn from iWork', async () => {
    const jpeg = await picture().jpeg().toBuffer()
    const file = await archive({ 'Index/Document.iwa': 'x', 'preview.jpg': jpeg })
    expect(await drawn(file)).toMatchObject({ width: 30, height: 20 })
  })

  test.each<[string, () => Promise<Buffer>]>([
    ['a document without one', () => wordDocument('')],
    ['a metafile', () => wordDocument('', { files: { 'docProps/thumbnail.emf': 'EMF' } })],
    [
      'one of more than 16 MiB',
      () => wordDocument('', { files: { 'docProps/thumbnail.png': Buffer.alloc(17 * 2 ** 20) } }),
    ],
    ['a file that is not an archive', async () => Buffer.alloc(100_000, 'PK')],
    ['an empty file', async () => Buffer.alloc(0)],
  ])('is missing in %s', async (_, file) => {
    await expect(drawn(await file())).rejects.toMatchObject({ reason: 'empty' })
  })

  test('is rejected if it is no raster image', async () => {
    const files = { 'Thumbnails/thumbnail.png': '<svg xmlns="http://www.w3.org/2000/svg"/>' }
    const file = await openDocument('text', '', { files })
    await expect(drawn(file)).rejects.toMatchObject({ reason: 'damaged' })
  })
})
