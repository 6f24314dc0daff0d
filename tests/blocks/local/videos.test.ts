import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { clip } from '../../../blocks/fixtures/clip.ts'
import { extractAudio } from '../../../blocks/video/extract-audio.ts'
import { inputOf } from '../../../blocks/video/ffmpeg.ts'
import { joinVideos } from '../../../blocks/video/join-videos.ts'
import { trimVideo } from '../../../blocks/video/trim-video.ts'
import { temporaryDirectory } from '../../support/disk-store.ts'
import { skipWithoutProgram } from '../../support/programs.ts'
import { openBlockHost, type BlockHost } from '../block-host.ts'
import { filesOf } from './files-of.ts'

let host: BlockHost
beforeAll(async () => {
  host = await openBlockHost()
})
afterAll(() => host[Symbol.asyncDispose]())

/** The streams of a file, as ffprobe shows them: `h264 64x48`, `aac`. */
async function streamsOf(bytes: Buffer | undefined): Promise<string[]> {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'film')
  await writeFile(path, bytes ?? '')
  const entries = ['-show_entries', 'stream=codec_name,width,height', '-of', 'csv=p=0:s=x']
  return execFileSync('ffprobe', ['-v', 'error', ...entries, path])
    .toString()
    .trim()
    .split('\n')
}

const files = {
  '/a.mp4': clip('a.mp4', { seconds: 1, sound: true }),
  '/b.webm': clip('b.webm', { seconds: 1, size: '50x80', codec: 'libvpx' }),
}

describe.skipIf(skipWithoutProgram('ffmpeg'))('blocks for videos', () => {
  test('a trimmed video keeps pictures and sound', async () => {
    const [film] = await filesOf(host.host, trimVideo, {
      files,
      input: { video: 'workspace:///a.mp4', end: 0.5 },
      output: [
        ['video', /#video\/mp4$/],
        ['seconds', z.number()],
      ],
      name: 'video',
    })
    expect(await streamsOf(film)).toEqual(['h264x64x48', 'aac'])
  })

  test('joined videos have the size of the first, and sound if one has', async () => {
    const [film] = await filesOf(host.host, joinVideos, {
      files,
      input: { videos: ['workspace:///b.webm', 'workspace:///a.mp4'] },
      output: [
        ['video', /#video\/mp4$/],
        ['seconds', z.number()],
      ],
      name: 'video',
    })
    expect(await streamsOf(film)).toEqual(['h264x50x80', 'aac'])
  })

  test('an extracted sound has no pictures', async () => {
    const [sound] = await filesOf(host.host, extractAudio, {
      files,
      input: { media: 'workspace:///a.mp4', format: 'opus' },
      output: [['audio', /#/]],
      name: 'audio',
    })
    expect(await streamsOf(sound)).toEqual(['opus'])
  })

  test.each([
    ['a playlist', '#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:other.mp4\n'],
    ['a list of files', "ffconcat version 1.0\nfile 'other.mp4'\n"],
  ])('%s is not followed, whatever its type is said to be', async (_, text) => {
    await using directory = await temporaryDirectory()
    await writeFile(join(directory.path, 'list.mp4'), text)
    const input = inputOf({ path: 'list.mp4', mimeType: 'video/mp4' })
    const run = () =>
      execFileSync('ffprobe', ['-v', 'error', ...input], { cwd: directory.path, stdio: 'pipe' })
    expect(run).toThrow(/not on whitelist|Invalid data/i)
  })
})
