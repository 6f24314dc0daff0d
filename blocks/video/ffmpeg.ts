import { z } from 'zod'
import {
  BlockExecutionError,
  BlockInputError,
  demuxersOf,
  previewKind,
  type ExecutionContext,
} from '../../shared/blocks/sdk.ts'

/** A film or a sound of the input. */
export interface Source {
  /** The field of the input, for messages. */
  field: string
  path: string
  mimeType: string
  /** Unknown for a damaged file and for a stream without an index. */
  seconds: number | undefined
  /** The first stream of pictures that is not a cover, as displayed. */
  video: { width: number; height: number; rate: string } | undefined
  hasSound: boolean
}

const maxPixels = 100_000_000

/**
 * Options of ffmpeg and ffprobe for an untrusted input. Only demuxers of the type that the bytes have: others read playlists, which
 * refer to other files and addresses. The prefix makes every name a file.
 */
export function inputOf({ path, mimeType }: Pick<Source, 'path' | 'mimeType'>): string[] {
  return [
    ['-protocol_whitelist', 'file'],
    ['-format_whitelist', demuxersOf(mimeType)],
    ['-max_pixels', `${maxPixels}`],
    ['-i', `file:${path}`],
  ].flat()
}

/** Reads the streams of a file. Throws an error that names the field for a file that ffmpeg cannot read. */
export async function probe(
  context: ExecutionContext,
  path: string,
  field: string,
): Promise<Source> {
  const mimeType = await context.typeOf(path)
  const kind = previewKind(mimeType)
  if (kind !== 'video' && kind !== 'audio') {
    throw new BlockInputError(`${field}: is ${mimeType}, which is not supported`)
  }
  const entries = [
    'format=duration',
    'stream=codec_type,width,height,r_frame_rate',
    'stream_disposition=attached_pic',
    'stream_side_data=rotation',
  ]
  const printed = await context.run(
    'ffprobe',
    [
      '-v',
      'error',
      ...inputOf({ path, mimeType }),
      '-show_entries',
      entries.join(':'),
      '-of',
      'json',
    ],
    { failure: `${field}: cannot be read; it is damaged or incomplete.` },
  )
  const { format, streams } = probeSchema.parse(JSON.parse(printed))
  const film = streams.find(
    ({ codec_type, disposition }) => codec_type === 'video' && disposition?.attached_pic !== 1,
  )
  const seconds = Number(format.duration)
  return {
    field,
    path,
    mimeType,
    seconds: seconds > 0 ? seconds : undefined,
    video: film && displayed(film),
    hasSound: streams.some(({ codec_type }) => codec_type === 'audio'),
  }
}

const streamSchema = z.object({
  codec_type: z.string().optional(),
  width: z.number().optional(),
  height: z.number().optional(),
  r_frame_rate: z.string().optional(),
  disposition: z.object({ attached_pic: z.number().optional() }).optional(),
  side_data_list: z.array(z.object({ rotation: z.number().optional() })).optional(),
})

const probeSchema = z.object({
  format: z.object({ duration: z.string().optional() }).default({}),
  streams: z.array(streamSchema).default([]),
})

function displayed(stream: z.infer<typeof streamSchema>): Source['video'] {
  const { width = 0, height = 0, r_frame_rate: rate = '', side_data_list: sides = [] } = stream
  if (!(width > 0 && height > 0)) return undefined
  const rotation = sides.find((side) => side.rotation !== undefined)?.rotation ?? 0
  const isTurned = Math.abs(rotation) % 180 === 90
  return isTurned ? { width: height, height: width, rate } : { width, height, rate }
}

/** Runs ffmpeg. Its result is read by the next block: `failure` says what the user can do. */
export async function runFfmpeg(
  context: ExecutionContext,
  args: readonly string[],
  { failure }: { failure: string },
): Promise<void> {
  await context.run('ffmpeg', ['-nostdin', '-v', 'error', '-threads', '2', '-y', ...args], {
    failure,
  })
}

/** The stream of pictures of a film. Throws an error that names the field. */
export function videoOf({ field, video }: Source): NonNullable<Source['video']> {
  if (!video) throw new BlockExecutionError(`${field}: has no moving pictures.`)
  return video
}
