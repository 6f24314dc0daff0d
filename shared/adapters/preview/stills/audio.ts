import { runHelper } from '../helper-program.ts'
import { Refusal } from '../refusals.ts'
import { probe, untrustedInput, type MediaRequest } from './media.ts'

/** Time limit for the waveform of an hour. After it, draws ten minutes. */
const hourSeconds = 8

/** `showwavespic` keeps all samples in memory: 115 MB for an hour at this rate. */
const sampleRate = 16_000

/** Height divided by width. */
const waveformShape = 1 / 4

/** Visible on light and on dark pages. The background is transparent. */
const waveformColour = '0x4a7ebb'

/**
 * Copies the embedded cover of a sound to a file, the front cover if there are several, and resolves to the file's name in the
 * directory. Does not decode it. Throws a `Refusal` if the sound has no cover. Needs ffmpeg and ffprobe.
 */
export async function cover(request: MediaRequest): Promise<string> {
  const entries = 'stream=index:stream_disposition=attached_pic:stream_tags=comment'
  const lines = await probe(request, { streams: 'v', entries })
  const covers = lines.map((line) => line.split('|')).filter(([, isAttached]) => isAttached === '1')
  const [index] = covers.find(([, , comment]) => comment === 'Cover (front)') ?? covers[0] ?? []
  if (index === undefined) throw new Refusal('empty')
  const name = 'cover'
  const copied = ['-map', `0:${index}`, '-c', 'copy', '-frames:v', '1']
  await run(request, [...untrustedInput(request), ...copied], name)
  return name
}

/** Draws the loudness of a sound over time, of at most its first hour. Resolves to the name of a PNG. Needs ffmpeg. */
export async function waveform(request: MediaRequest): Promise<string> {
  const { width, signal } = request
  const size = `${width}x${Math.max(2, Math.round(width * waveformShape))}`
  const samples = `[0:a:0]aformat=channel_layouts=mono:sample_rates=${sampleRate}:sample_fmts=s16p`
  const wave = `showwavespic=s=${size}:colors=${waveformColour}:scale=sqrt:filter=peak[wave]`
  // Draws silence as a line.
  const line = `color=${waveformColour}:s=${width}x1:r=1:d=1[line]`
  const graph = `${samples},${wave};${line};[wave][line]overlay=y=(H-h)/2:format=rgb`
  const name = 'waveform.png'
  const draw = (seconds: number, limit: AbortSignal) => {
    const input = ['-t', `${seconds}`, '-vn', '-sn', '-dn', ...untrustedInput(request)]
    const drawn = ['-filter_complex', graph, '-frames:v', '1', '-c:v', 'png']
    return run({ ...request, signal: limit }, [...input, ...drawn], name)
  }
  try {
    await draw(3600, AbortSignal.any([signal, AbortSignal.timeout(hourSeconds * 1000)]))
  } catch (error) {
    const isTime = error instanceof Refusal && error.reason === 'time'
    if (signal.aborted || !isTime) throw error
    await draw(600, signal)
  }
  return name
}

async function run(
  { directory, signal }: MediaRequest,
  options: string[],
  name: string,
): Promise<void> {
  const args = [
    ['-nostdin', '-v', 'error', '-threads', '1'],
    options,
    ['-f', 'image2', '-update', '1', '-y', name],
  ].flat()
  await runHelper({ program: 'ffmpeg', args, format: 'video and audio', directory, signal })
}
