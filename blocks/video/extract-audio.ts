import { parse } from 'node:path'
import { z } from 'zod'
import { BlockExecutionError, defineBlock, media, outputMedia } from '../../shared/blocks/sdk.ts'
import { brokenClip, clip } from '../fixtures/clip.ts'
import { inputOf, probe, runFfmpeg } from './ffmpeg.ts'

const formats = {
  mp3: { ending: '.mp3', codec: 'libmp3lame', isLossy: true },
  m4a: { ending: '.m4a', codec: 'aac', isLossy: true },
  opus: { ending: '.ogg', codec: 'libopus', isLossy: true },
  wav: { ending: '.wav', codec: 'pcm_s16le', isLossy: false },
  flac: { ending: '.flac', codec: 'flac', isLossy: false },
}

export const extractAudio = defineBlock({
  id: 'a6e91c38-7d04-4f5b-82c3-b9f0e4d16a75',
  name: 'ExtractAudio',
  description: 'Takes the sound out of a video, or writes a sound in another format.',
  categories: ['audio', 'video', 'multimedia'],
  idempotent: true,
  limits: { seconds: 900 },
  programs: ['ffmpeg', 'ffprobe'],
  input: z.object({
    media: media({ accept: 'video/*,audio/*,application/ogg' }).meta({ title: 'Video or sound' }),
    format: z.enum(['mp3', 'm4a', 'opus', 'wav', 'flac']).default('mp3').meta({ title: 'Format' }),
    bitrate: z
      .int()
      .min(32)
      .max(320)
      .default(160)
      .meta({ title: 'Bit rate', description: 'kbit/s, for MP3, M4A and Opus', advanced: true }),
  }),
  output: z.object({ audio: outputMedia({ accept: 'audio/*,application/ogg' }) }),
  async *run({ input: { media: path, format, bitrate }, output, context }) {
    const source = await probe(context, path, 'media')
    if (!source.hasSound) throw new BlockExecutionError('media: has no sound.')
    const { ending, codec, isLossy } = formats[format]
    const target = await context.newPath(parse(path).name, ending)
    const rate = isLossy ? ['-b:a', `${bitrate}k`] : []
    await runFfmpeg(
      context,
      [...inputOf(source), '-map', '0:a:0', '-c:a', codec, ...rate, `file:${target}`],
      { failure: 'This sound cannot be decoded: it is damaged or in an unknown format.' },
    )
    yield output.audio(target)
  },
  tests: [
    {
      files: { '/clip.mp4': clip('clip.mp4', { seconds: 1, sound: true }) },
      input: { media: 'workspace:///clip.mp4' },
      output: [['audio', z.string().endsWith('#audio/mpeg')]],
    },
    ...(['m4a', 'opus', 'wav', 'flac'] as const).map((format) => ({
      name: `writes ${format}`,
      files: { '/tone.mp3': clip('tone.mp3', { seconds: 1, sound: true, pictures: false }) },
      input: { media: 'workspace:///tone.mp3', format },
      output: [['audio', /#(?:audio|application)\//] as const],
    })),
    {
      name: 'says that a video has no sound',
      files: { '/clip.mp4': clip('clip.mp4', { seconds: 1 }) },
      input: { media: 'workspace:///clip.mp4' },
      output: [['error', 'media: has no sound.']],
    },
    {
      name: 'says that a video is incomplete',
      files: { '/clip.mp4': brokenClip('clip.mp4') },
      input: { media: 'workspace:///clip.mp4' },
      output: [['error', 'media: cannot be read; it is damaged or incomplete.']],
    },
  ],
})
