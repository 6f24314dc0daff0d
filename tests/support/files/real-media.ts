import { execFile } from 'node:child_process'
import { mkdtempDisposable, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp, { type Sharp } from 'sharp'

const run = promisify(execFile)
const picture = ['-f', 'lavfi', '-i', 'testsrc=size=128x96:rate=15:duration=2']
const tone = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=2']
const h264 = [...picture, ...tone, '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-c:a', 'aac']

/** Arguments for ffmpeg by file name. */
const recorded: Record<string, string[]> = {
  'h264.mp4': h264,
  'h264.m4v': h264,
  'h264.mov': h264,
  'h264.mkv': h264,
  'vp8.webm': [...picture, ...tone, '-c:v', 'libvpx', '-c:a', 'libvorbis'],
  'vp9.webm': [...picture, ...tone, '-c:v', 'libvpx-vp9', '-c:a', 'libopus'],
  'vp8.ogv': [...picture, ...tone, '-c:v', 'libvpx', '-c:a', 'libvorbis', '-f', 'ogg'],
  'theora.ogv': [...picture, ...tone, '-c:v', 'libtheora', '-c:a', 'libvorbis'],
  'mpeg4.avi': [...picture, ...tone, '-c:v', 'mpeg4', '-c:a', 'libmp3lame'],
  'mpeg1.mpg': [...picture, ...tone, '-c:v', 'mpeg1video', '-c:a', 'mp2'],
  'mpeg2.vob': [...picture, ...tone, '-c:v', 'mpeg2video', '-c:a', 'mp2'],
  'wmv2.wmv': [...picture, ...tone, '-c:v', 'wmv2', '-c:a', 'wmav2'],
  'tone.wma': [...tone, '-c:a', 'wmav2'],
  'tone.mp3': tone,
  'tone.wav': tone,
  'tone.flac': tone,
  'tone.aiff': tone,
  'tone.ogg': [...tone, '-c:a', 'libvorbis'],
  'tone.opus': [...tone, '-c:a', 'libopus'],
  'tone.aac': [...tone, '-c:a', 'aac'],
  'tone.m4a': [...tone, '-c:a', 'aac'],
  'tone.mka': [...tone, '-c:a', 'libopus'],
}

const drawn: Record<string, (image: Sharp) => Sharp> = {
  'red.avif': (image) => image.avif(),
  'red.gif': (image) => image.gif(),
  'red.jpg': (image) => image.jpeg(),
  'red.png': (image) => image.png(),
  'red.webp': (image) => image.webp(),
  'red.tiff': (image) => image.tiff(),
}

export const pictureWidth = 64

/** Makes a small real file by a name of `recorded` or `drawn`. Needs `ffmpeg` for video and audio. */
export async function realMedia(name: string): Promise<Buffer> {
  const draw = drawn[name]
  if (draw) {
    const size = { width: pictureWidth, height: 48, channels: 3 as const }
    return draw(sharp({ create: { ...size, background: 'red' } })).toBuffer()
  }
  const input = recorded[name]
  if (!input) throw new Error(`there is no recipe for ${name}`)
  await using folder = await mkdtempDisposable(join(tmpdir(), 'real-media-'))
  const path = join(folder.path, name)
  await run('ffmpeg', ['-nostdin', '-v', 'error', ...input, path])
  return await readFile(path)
}
