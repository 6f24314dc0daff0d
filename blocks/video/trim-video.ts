import { parse } from 'node:path'
import { z } from 'zod'
import {
  BlockExecutionError,
  BlockInputError,
  defineBlock,
  media,
  outputMedia,
} from '../../shared/blocks/sdk.ts'
import { brokenClip, clip } from '../fixtures/clip.ts'
import { inputOf, probe, runFfmpeg, videoOf } from './ffmpeg.ts'

const maxSeconds = 604_800

/** Containers that hold the streams of a type without encoding them. Matroska holds all streams. */
const containers: Record<string, string> = {
  'video/3gpp': '.mp4',
  'video/mp4': '.mp4',
  'video/quicktime': '.mov',
  'video/webm': '.webm',
  'video/x-m4v': '.mp4',
}

export const trimVideo = defineBlock({
  id: '94c2f7b1-6e0d-4a83-8b57-2d1a0c9f3e68',
  name: 'TrimVideo',
  description:
    'Cuts a piece out of a video. By default copies the pictures without loss, so the piece begins at a key frame, up to some seconds before the start; "exact" encodes it again.',
  categories: ['video', 'multimedia'],
  idempotent: true,
  limits: { seconds: 900 },
  programs: ['ffmpeg', 'ffprobe'],
  input: z.object({
    video: media({ accept: 'video/*' }).meta({ title: 'Video' }),
    start: z
      .number()
      .min(0)
      .max(maxSeconds)
      .default(0)
      .meta({ title: 'Start', description: 'In seconds' }),
    end: z
      .number()
      .positive()
      .max(maxSeconds)
      .optional()
      .meta({ title: 'End', description: 'In seconds; by default the end of the video' }),
    exact: z.boolean().default(false).meta({
      title: 'Exact',
      description: 'Encodes the piece again, as MP4: slower, and begins at the start exactly',
      advanced: true,
    }),
  }),
  output: z.object({
    video: outputMedia({ accept: 'video/*' }),
    seconds: z.number().meta({ title: 'Seconds', description: 'The length of the piece' }),
  }),
  async *run({ input: { video, start, end, exact }, output, context }) {
    if (end !== undefined && end <= start) {
      throw new BlockInputError(`end: is ${end}, and must be after the start, ${start}`)
    }
    const source = await probe(context, video, 'video')
    videoOf(source)
    if (source.seconds !== undefined && start >= source.seconds) {
      throw new BlockInputError(
        `start: is ${start}, and the video ends at ${source.seconds} seconds`,
      )
    }
    const ending = exact ? '.mp4' : (containers[source.mimeType] ?? '.mkv')
    const target = await context.newPath(parse(video).name, ending)
    const range = ['-ss', `${start}`, ...(end === undefined ? [] : ['-to', `${end}`])]
    const codecs = exact ? encoded : ['-c', 'copy', '-avoid_negative_ts', 'make_zero']
    const kept = ['-map', '0:V:0', '-map', '0:a?', '-map_chapters', '-1']
    const faststart = ending === '.mp4' || ending === '.mov' ? ['-movflags', '+faststart'] : []
    await runFfmpeg(
      context,
      [...range, ...inputOf(source), ...kept, ...codecs, ...faststart, `file:${target}`],
      { failure: 'This video cannot be cut. Try again with "exact".' },
    )
    const piece = await probe(context, target, 'video')
    if (piece.video === undefined || piece.seconds === undefined) {
      throw new BlockExecutionError('This video has no pictures between the start and the end.')
    }
    yield output.video(target)
    yield output.seconds(piece.seconds)
  },
  tests: [
    {
      files: { '/clip.mp4': clip('clip.mp4', { seconds: 3 }) },
      input: { video: 'workspace:///clip.mp4', start: 1, end: 2 },
      output: [
        ['video', z.string().endsWith('#video/mp4')],
        ['seconds', z.number().min(0.9).max(2.1)],
      ],
    },
    {
      name: 'cuts exactly',
      files: { '/clip.mp4': clip('clip.mp4', { seconds: 3, sound: true }) },
      input: { video: 'workspace:///clip.mp4', start: 0.5, end: 1.5, exact: true },
      output: [
        ['video', z.string().endsWith('#video/mp4')],
        ['seconds', z.number().min(0.95).max(1.15)],
      ],
    },
    {
      name: 'keeps WebM',
      files: { '/clip.webm': clip('clip.webm', { seconds: 2, codec: 'libvpx' }) },
      input: { video: 'workspace:///clip.webm', end: 1 },
      output: [
        ['video', z.string().endsWith('#video/webm')],
        ['seconds', z.number().min(0.9).max(1.2)],
      ],
    },
    {
      name: 'says that the start is after the end of the video',
      files: { '/clip.mp4': clip('clip.mp4', { seconds: 1 }) },
      input: { video: 'workspace:///clip.mp4', start: 5 },
      output: [['error', /^start: is 5, and the video ends at 1/]],
    },
    {
      name: 'needs an end after the start',
      files: { '/clip.mp4': clip('clip.mp4', { seconds: 1 }) },
      input: { video: 'workspace:///clip.mp4', start: 5, end: 4 },
      output: [['error', 'end: is 4, and must be after the start, 5']],
    },
    {
      name: 'says that a video is incomplete',
      files: { '/clip.mp4': brokenClip('clip.mp4') },
      input: { video: 'workspace:///clip.mp4', end: 1 },
      output: [['error', 'video: cannot be read; it is damaged or incomplete.']],
    },
    {
      name: 'refuses a playlist that is named as a video',
      files: { '/clip.mp4': '#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n' },
      input: { video: 'workspace:///clip.mp4', end: 1 },
      output: [['error', /^video: This must be video\//]],
    },
  ],
})

const encoded = ['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-c:a', 'aac']
