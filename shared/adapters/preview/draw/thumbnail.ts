import { open } from 'node:fs/promises'
import { readZipDirectory, readZipEntry } from '../../../media/formats/zip-directory.ts'
import { drawPicture } from './picture.ts'
import { Refusal } from '../refusals.ts'

/** Limit of an embedded picture, compressed or not. */
const maxPictureBytes = 16 * 1024 * 1024

/**
 * Raster pictures of the first page: of OpenDocument (ODF 1.3 part 2 §3.7), of Office Open XML under the name that Office uses, of iWork.
 * Windows metafiles (`thumbnail.emf`, `thumbnail.wmf`) have no decoder.
 */
const names =
  /^(?:Thumbnails\/thumbnail\.png|docProps\/thumbnail\.(?:jpe?g|png)|preview\.jpg|QuickLook\/Thumbnail\.jpg)$/i

/** Draws the thumbnail that a document contains. Throws a `Refusal`, `empty` for a document without one. */
export async function drawThumbnail(path: string, width: number): Promise<Buffer> {
  await using file = await open(path)
  const { size } = await file.stat()
  const read = async (position: number, bytes: number) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, position)
    return buffer.subarray(0, bytesRead)
  }
  const directory = await readZipDirectory(read, size)
  if (directory === undefined || directory === 'too-large') throw new Refusal('empty')
  const entry = directory.entries.find(({ name }) => names.test(name))
  const picture = entry && (await readZipEntry(read, entry, maxPictureBytes))
  if (!picture) throw new Refusal('empty')
  return await drawPicture(picture, width)
}
