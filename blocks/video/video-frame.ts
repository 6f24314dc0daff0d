import { access } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { z } from 'zod'
import { BlockInputError, defineBlock, media, outputMedia } from '../../shared/blocks/sdk.ts'
import { brokenClip, clip } from '../fixtures/clip.ts'
import { inputOf, probe, runFfmpeg, videoOf } from './ffmpeg.ts'

export const videoFrame = defineBlock({
  id: '83a0d5c6-2e7f-4b14-96f8-5d1c7b3e9a20',
  name: 'VideoFrame',
  description: 'Takes a picture out of a video at a time, upright, in its full size.',
  categories: ['video', 'images', 'multimedia'],
  idempotent: true,
  programs: ['ffmpeg', 'ffprobe'],
  input: z.object({
    video: media({ accept: 'video/*' }).meta({ title: 'Video' }),
    time: z
      .number()
      .min(0)
      .max(604_800)
      .default(0)
      .meta({ title: 'Time', description: 'In seconds' }),
    format: z.enum(['png', 'jpeg']).default('png').meta({ title: 'Format' }),
  }),
  output: z.object({ image: outputMedia({ accept: 'image/*' }) }),
  async *run({ input: { video, time, format }, output, context }) {
    const source = await probe(context, video, 'video')
    videoOf(source)
    const target = await context.newPath(parse(video).name, format === 'png' ? '.png' : '.jpg')
    const codec = format === 'png' ? ['-c:v', 'png'] : ['-c:v', 'mjpeg', '-q:v', '2']
    const one = ['-map', '0:V:0', '-frames:v', '1', ...codec, '-f', 'image2', '-update', '1']
    await runFfmpeg(context, ['-ss', `${time}`, ...inputOf(source), ...one, `file:${target}`], {
      failure: 'This video cannot be decoded: it is damaged or in an unknown format.',
    })
    const isThere = await access(join(context.directory, target)).then(
      () => true,
      () => false,
    )
    if (!isThere) {
      const end = source.seconds === undefined ? '' : `; it has ${source.seconds} seconds`
      throw new BlockInputError(`time: the video has no picture at ${time} seconds${end}`)
    }
    yield output.image(target)
  },
  tests: [
    {
      files: { '/100%d.mp4': clip('clip.mp4', { seconds: 2, size: '64x48' }) },
      input: { video: 'workspace:///100%25d.mp4', time: 1 },
      output: [['image', z.string().endsWith('#image/png')]],
      async check({ values, read }) {
        const bytes = await read(values('image')[0])
        const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
        if (width !== 64 || height !== 48) throw new Error(`The image has ${width} × ${height}`)
      },
    },
    {
      name: 'writes JPEG',
      files: { '/clip.webm': clip('clip.webm', { seconds: 1, codec: 'libvpx' }) },
      input: { video: 'workspace:///clip.webm', format: 'jpeg' },
      output: [['image', z.string().endsWith('#image/jpeg')]],
    },
    {
      name: 'says that the time is after the end',
      files: { '/clip.mp4': clip('clip.mp4', { seconds: 1 }) },
      input: { video: 'workspace:///clip.mp4', time: 9 },
      output: [['error', /^time: the video has no picture at 9 seconds; it has 1/]],
    },
    {
      name: 'says that a video is incomplete',
      files: { '/clip.mp4': brokenClip('clip.mp4') },
      input: { video: 'workspace:///clip.mp4' },
      output: [['error', 'video: cannot be read; it is damaged or incomplete.']],
    },
  ],
})
