import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { openLocalRenderer } from '../../../../shared/adapters/preview/local-renderer.ts'
import { previewKind } from '../../../../shared/media/preview-kind.ts'
import { detectType } from '../../../../shared/media/sniff/detect-type.ts'
import { requestOf } from '../../../ports/renderer.ts'
import { temporaryDirectory } from '../../../support/disk-store.ts'
import { skipWithoutProgram } from '../../../support/programs.ts'

const renderer = openLocalRenderer()

const square = (background: string) =>
  sharp({ create: { width: 90, height: 90, channels: 3, background } })

/** Two seconds: loud, then silent. */
const sound = 'sine=frequency=440:duration=2,volume=8,volume=enable=gte(t\\,1):volume=0'

/** Records a sound with ffmpeg. Each cover becomes an attached picture. */
async function recorded(
  name: string,
  { source = sound, covers = [] as Buffer[], options = [] as string[] } = {},
): Promise<Buffer> {
  await using directory = await temporaryDirectory()
  const pictures = covers.map((_, index) => join(directory.path, `cover${index}`))
  await Promise.all(pictures.map((path, index) => writeFile(path, covers[index] ?? '')))
  const path = join(directory.path, name)
  const args = [
    ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', source],
    pictures.flatMap((picture) => ['-i', picture]),
    ['-map', '0', ...pictures.flatMap((_, index) => ['-map', `${index + 1}`])],
    pictures.length > 0 ? ['-c:v', 'copy', '-disposition:v', 'attached_pic'] : [],
    options,
    [path],
  ].flat()
  execFileSync('ffmpeg', args)
  return await readFile(path)
}

/** Renders the preview of a file with its detected type. Returns its size and a function that reads a pixel. */
async function shown(file: Buffer, name: string, width = 80) {
  const mimeType = await detectType(file.subarray(0, 65_536), { name })
  expect([mimeType, previewKind(mimeType)]).toEqual([mimeType, 'audio'])
  const bytes = await renderer.render(requestOf(file, { kind: 'audio', mimeType, width }))
  const { data, info } = await sharp(bytes)
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const at = (x: number, y: number) => {
    const offset = (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * 4
    return [...data.subarray(offset, offset + 4)]
  }
  const isRed = (data[0] ?? 0) > 200 && (data[1] ?? 0) < 60
  return { size: [info.width, info.height], isRed, alpha: (x: number, y: number) => at(x, y)[3] }
}

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, index) => bytes.writeUInt32BE(value, 4 * index))
  return bytes
}

/** A picture of a Vorbis comment (RFC 9639 §8.8), front cover. */
async function pictureBlock(): Promise<string> {
  const png = await square('red').png().toBuffer()
  const type = Buffer.from('image/png')
  const fields = [numbers(3, type.length), type, numbers(0, 90, 90, 24, 0, png.length), png]
  return Buffer.concat(fields).toString('base64')
}

describe.skipIf(skipWithoutProgram('ffmpeg'))('the preview of a sound', () => {
  test.each<[string, string[]]>([
    ['a.mp3', []],
    ['a.flac', []],
    ['a.m4a', []],
    ['a.ogg', ['-c:a', 'libvorbis']],
    ['a.opus', ['-c:a', 'libopus']],
    ['a.wav', []],
    ['a.aiff', []],
    ['a.aac', []],
    ['a.wma', ['-c:a', 'wmav2', '-f', 'asf']],
    ['a.wv', []],
    ['a.caf', []],
    ['a.ac3', []],
  ])('is a waveform if it has no cover: %s', async (name, options) => {
    const { size, alpha } = await shown(await recorded(name, { options }), name)
    expect(size).toEqual([80, 20])
    // Loud, then silent, which is a line.
    expect([alpha(0.2, 0.3), alpha(0.9, 0.3), alpha(0.9, 0.49)]).toEqual([255, 0, 255])
  })

  test('of silence is a line', async () => {
    const { alpha } = await shown(await recorded('a.wav', { source: 'anullsrc=d=1' }), 'a.wav')
    expect([alpha(0.5, 0.49), alpha(0.5, 0.3)]).toEqual([255, 0])
  })

  test.each([
    ['a.mp3', 'jpeg'],
    ['a.mp3', 'png'],
    ['a.flac', 'png'],
    ['a.m4a', 'jpeg'],
    ['a.aiff', 'jpeg'],
  ] as const)('is its cover: %s, %s', async (name, format) => {
    const covers = [await square('red').toFormat(format).toBuffer()]
    const options = name === 'a.aiff' ? ['-write_id3v2', '1'] : []
    const { size, isRed } = await shown(await recorded(name, { covers, options }), name)
    expect([size, isRed]).toEqual([[80, 80], true])
  })

  test.each([
    ['a.ogg', 'libvorbis'],
    ['a.opus', 'libopus'],
  ])('is its cover in a comment: %s', async (name, codec) => {
    const comment = `METADATA_BLOCK_PICTURE=${await pictureBlock()}`
    const options = ['-c:a', codec, '-metadata', comment]
    const { size, isRed } = await shown(await recorded(name, { options }), name)
    expect([size, isRed]).toEqual([[80, 80], true])
  })

  test('is the front cover of several', async () => {
    const covers = await Promise.all(['blue', 'red'].map((it) => square(it).png().toBuffer()))
    const kinds = ['Cover (back)', 'Cover (front)']
    const options = kinds.flatMap((kind, i) => [`-metadata:s:v:${i}`, `comment=${kind}`])
    const { isRed } = await shown(await recorded('a.mp3', { covers, options }), 'a.mp3')
    expect(isRed).toBe(true)
  })

  test('is a waveform if the cover cannot be decoded', async () => {
    const cover = await square('red').png().toBuffer()
    const file = await recorded('a.mp3', { covers: [cover] })
    // The size of the picture in IHDR: 100,000 × 100,000 pixels.
    const at = file.indexOf('IHDR') + 4
    for (const side of [at, at + 4]) file.writeUInt32BE(100_000, side)
    expect((await shown(file, 'a.mp3')).size).toEqual([80, 20])
  })

  test('of an hour takes its bounded time', async () => {
    const options = ['-ar', '8000', '-ac', '1', '-b:a', '16k']
    const file = await recorded('a.mp3', { source: 'sine=frequency=300:duration=3700', options })
    expect((await shown(file, 'a.mp3')).size).toEqual([80, 20])
  })

  test.each([
    [
      'nothing but a header',
      Buffer.from('RIFF\x24\0\0\0WAVEfmt \x10\0\0\0', 'latin1'),
      'audio/wave',
    ],
    ['a playlist', Buffer.from('#EXTM3U\nfile:///etc/passwd\n'), 'audio/mpeg'],
    ['noise', Buffer.alloc(100_000, 'noise'), 'audio/flac'],
  ])('is rejected: %s', async (_, file, mimeType) => {
    await expect(
      renderer.render(requestOf(file, { kind: 'audio', mimeType })),
    ).rejects.toMatchObject({
      code: 'unsupported-type',
    })
  })
})
