import { parse } from 'node:path'
import { z } from 'zod'
import { defineBlock, media, outputMedia } from '../../shared/blocks/sdk.ts'
import { brokenClip, clip } from '../fixtures/clip.ts'
import { inputOf, probe, runFfmpeg, videoOf, type Source } from './ffmpeg.ts'

const maxVideos = 20
const maxSide = 4096

export const joinVideos = defineBlock({
  id: '1f7b3a5d-c842-4e96-b1d7-0a9e6c2f8543',
  name: 'JoinVideos',
  description:
    'Joins videos one after the other into an MP4 with the size and the frame rate of the first. Others are scaled with bars. A video without sound is silent.',
  categories: ['video', 'multimedia'],
  idempotent: true,
  limits: { seconds: 900 },
  programs: ['ffmpeg', 'ffprobe'],
  input: z.object({
    videos: z
      .array(media({ accept: 'video/*' }))
      .min(2)
      .max(maxVideos)
      .meta({ title: 'Videos' }),
  }),
  output: z.object({
    video: outputMedia({ accept: 'video/*' }),
    seconds: z.number().meta({ title: 'Seconds' }),
  }),
  async *run({ input: { videos }, output, context }) {
    const sources: Source[] = []
    for (const [index, path] of videos.entries()) {
      const source = await probe(context, path, `videos[${index}]`)
      videoOf(source)
      sources.push(source)
    }
    const target = await context.newPath(`${parse(videos[0] ?? '').name} joined`, '.mp4')
    yield { progress: `Joining ${videos.length} videos` }
    await runFfmpeg(
      context,
      [
        sources.flatMap(inputOf),
        ['-filter_complex', graphOf(sources), '-map', '[v]'],
        sources.some(({ hasSound }) => hasSound) ? ['-map', '[a]', '-c:a', 'aac'] : [],
        ['-c:v', 'libx264', '-preset', 'veryfast', '-movflags', '+faststart', `file:${target}`],
      ].flat(),
      { failure: 'These videos cannot be joined: one is damaged or in an unknown format.' },
    )
    const joined = await probe(context, target, 'video')
    yield output.video(target)
    if (joined.seconds !== undefined) yield output.seconds(joined.seconds)
  },
  tests: [
    {
      files: {
        '/a.mp4': clip('a.mp4', { seconds: 1, sound: true }),
        '/b.webm': clip('b.webm', { seconds: 2, size: '50x80', codec: 'libvpx' }),
      },
      input: { videos: ['workspace:///a.mp4', 'workspace:///b.webm'] },
      output: [
        ['video', z.string().endsWith('#video/mp4')],
        ['seconds', z.number().min(2.9).max(3.2)],
      ],
    },
    {
      name: 'joins videos without sound',
      files: { '/a.mp4': clip('a.mp4', { seconds: 1 }) },
      input: { videos: ['workspace:///a.mp4', 'workspace:///a.mp4'] },
      output: [
        ['video', z.string().endsWith('#video/mp4')],
        ['seconds', z.number().min(1.9).max(2.1)],
      ],
    },
    {
      name: 'names the video that is incomplete',
      files: { '/a.mp4': clip('a.mp4', { seconds: 1 }), '/b.mp4': brokenClip('b.mp4') },
      input: { videos: ['workspace:///a.mp4', 'workspace:///b.mp4'] },
      output: [['error', 'videos[1]: cannot be read; it is damaged or incomplete.']],
    },
  ],
})

const sampleRate = 48_000

/** A filter graph that makes all videos alike and joins them as `[v]` and, if one has sound, `[a]`. */
function graphOf(sources: readonly Source[]): string {
  const [first] = sources
  const { width, height, rate } = first ? videoOf(first) : { width: 2, height: 2, rate: '' }
  const size = `${even(width)}:${even(height)}`
  const alike = [
    `scale=${size}:force_original_aspect_ratio=decrease`,
    `pad=${size}:-1:-1`,
    'setsar=1',
    `fps=${safeRate(rate)}`,
    'format=yuv420p',
  ].join(',')
  const hasSound = sources.some((source) => source.hasSound)
  const sound = `aresample=${sampleRate},aformat=channel_layouts=stereo`
  const parts = sources.map((source, index) => {
    const pictures = `[${index}:V:0]${alike}[v${index}]`
    if (!hasSound) return pictures
    if (source.hasSound) return `${pictures};[${index}:a:0]${sound}[a${index}]`
    const silence = `anullsrc=r=${sampleRate}:cl=stereo,atrim=duration=${source.seconds ?? 1}`
    return `${pictures};${silence}[a${index}]`
  })
  const labels = sources.map((_, index) => `[v${index}]${hasSound ? `[a${index}]` : ''}`).join('')
  const join = `${labels}concat=n=${sources.length}:v=1:a=${hasSound ? 1 : 0}[v]${hasSound ? '[a]' : ''}`
  return [...parts, join].join(';')
}

/** H.264 in 4:2:0 has sides of even numbers. */
function even(side: number): number {
  return Math.max(2, 2 * Math.floor(Math.min(side, maxSide) / 2))
}

const maxRate = 60

/** A frame rate as a fraction; 30 for a variable or unlikely rate. */
function safeRate(rate: string): string {
  const [, top = '0', bottom = '1'] = /^(\d{1,9})\/(\d{1,9})$/.exec(rate) ?? []
  const value = Number(top) / Number(bottom)
  return value >= 1 && value <= maxRate ? `${top}/${bottom}` : '30'
}
