import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { openLocalRenderer } from '../../../../shared/adapters/preview/local-renderer.ts'
import { detectType } from '../../../../shared/media/sniff/detect-type.ts'
import { previewKind } from '../../../../shared/media/preview-kind.ts'
import { requestOf } from '../../../ports/renderer.ts'
import { temporaryDirectory } from '../../../support/disk-store.ts'
import { skipWithoutProgram } from '../../../support/programs.ts'

const renderer = openLocalRenderer()

const red = 'color=red:size=160x96:rate=10:duration=1'
const h264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p']

/** Makes a video with ffmpeg from a source filter. */
async function film(name: string, source: string, options: string[] = h264): Promise<Buffer> {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, name)
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', source, ...options, path])
  return await readFile(path)
}

/** Renders the preview of a file with its detected type and returns its center pixel. */
async function shown(file: Buffer, name: string) {
  const mimeType = await detectType(file.subarray(0, 65_536), { name })
  expect([mimeType, previewKind(mimeType)]).toEqual([mimeType, 'video'])
  const bytes = await renderer.render(requestOf(file, { kind: 'video', mimeType, width: 80 }))
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const at = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * 3
  return { size: [info.width, info.height], middle: [...data.subarray(at, at + 3)] }
}

describe.skipIf(skipWithoutProgram('ffmpeg'))('the preview of a video', () => {
  test.each<[string, string[]]>([
    ['a.mp4', h264],
    ['a.m4v', h264],
    ['a.mov', h264],
    ['a.mkv', h264],
    ['a.ts', h264],
    ['a.flv', ['-c:v', 'flv']],
    ['a.wmv', ['-c:v', 'wmv2']],
    ['a.asf', ['-c:v', 'msmpeg4']],
    ['a.avi', ['-c:v', 'mpeg4']],
    ['a.mpg', ['-c:v', 'mpeg1video', '-r', '25']],
    ['a.vob', ['-c:v', 'mpeg2video', '-r', '25']],
    ['a.m1v', ['-c:v', 'mpeg1video', '-r', '25', '-f', 'mpeg1video']],
    ['a.ogv', ['-c:v', 'libtheora']],
    ['a.webm', ['-c:v', 'libvpx']],
    ['a.3gp', ['-c:v', 'h263', '-s', '176x144']],
    ['a.3g2', h264],
  ])('shows %s', async (name, options) => {
    const { size, middle } = await shown(await film(name, red, options), name)
    expect(size[0]).toBe(80)
    expect(middle[0]).toBeGreaterThan(180)
    expect(middle[2]).toBeLessThan(60)
  })

  test('has the aspect ratio of non-square pixels', async () => {
    const wide = await film('a.mp4', `${red},setsar=2`)
    expect((await shown(wide, 'a.mp4')).size).toEqual([80, 24])
    const narrow = await film('a.mp4', `${red},setsar=1/4`)
    expect((await shown(narrow, 'a.mp4')).size).toEqual([40, 96])
  })

  test('is upright', async () => {
    const turned = await film('a.mov', red)
    // The matrix of the track header (ISO/IEC 14496-12 §8.3.2), for a rotation by 90°.
    const quarter = [0, 0x00010000, 0, 0xffff0000, 0, 0, 0, 0, 0x40000000]
    const at = turned.indexOf('tkhd') + 44
    quarter.forEach((value, index) => turned.writeUInt32BE(value, at + 4 * index))
    expect((await shown(turned, 'a.mov')).size).toEqual([80, 133])
  })

  test.each([
    [
      'begins black',
      'color=black:size=160x96:rate=10:duration=6[a];color=red:size=160x96:rate=10:duration=2[b];[a][b]concat',
    ],
    [
      'ends black',
      'color=red:size=160x96:rate=10:duration=1[a];color=black:size=160x96:rate=10:duration=6[b];[a][b]concat',
    ],
  ])('is not black if the video %s', async (_, source) => {
    expect((await shown(await film('a.mp4', source), 'a.mp4')).middle[0]).toBeGreaterThan(180)
  })

  test('is black if the whole video is black', async () => {
    const { middle } = await shown(await film('a.mp4', red.replace('red', 'black')), 'a.mp4')
    expect(Math.max(...middle)).toBeLessThan(40)
  })

  test('of high dynamic range is converted to standard dynamic range', async () => {
    const tags = [
      '-color_primaries',
      'bt2020',
      '-colorspace',
      'bt2020nc',
      '-color_trc',
      'smpte2084',
    ]
    // PQ encodes 100 cd/m², the white of a screen, as 0.51.
    const white = 'color=0x828282:size=160x96:rate=10:duration=1'
    const file = await film('a.mp4', white, ['-c:v', 'libx264', '-pix_fmt', 'yuv420p10le', ...tags])
    const plain = await film('b.mp4', white)
    expect((await shown(plain, 'b.mp4')).middle[0]).toBeLessThan(150)
    expect((await shown(file, 'a.mp4')).middle[0]).toBeGreaterThan(170)
  })

  test('without a picture is the waveform of its sound', async () => {
    const sound = ['-c:a', 'aac', '-f', 'mp4', '-brand', 'isom']
    const tone = await film('a.mp4', 'sine=duration=1', sound)
    const { size, middle } = await shown(tone, 'a.mp4')
    expect(size).toEqual([80, 20])
    expect(middle).toEqual(middle.toSorted((a, b) => a - b))
  })
})
