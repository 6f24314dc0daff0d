import { access } from 'node:fs/promises'
import { runHelper } from '../helper-program.ts'
import { Refusal } from '../refusals.ts'
import { probe, untrustedInput, type MediaRequest } from './media.ts'

/** Time limit of the search for a frame that is not black. After it, only key frames are searched. */
const searchSeconds = 6

/** The number of consecutive frames of which the most typical is used. */
const comparedFrames = 24

/** A frame is black if this percentage of its pixels is darker than 32 of 255 (ffmpeg's blackframe). */
const blackPercent = 95

/** Transfer functions of high dynamic range (ITU-T H.273 table 3): PQ and HLG. */
const highDynamicRange = new Set(['smpte2084', 'arib-std-b67'])

const name = 'frame.png'

/**
 * Extracts a typical frame from the beginning of a video: upright, with square pixels, in standard dynamic range, and not black unless
 * all frames are. Resolves to the name of a PNG in the directory. Needs ffmpeg and ffprobe.
 */
export async function typicalFrame(request: MediaRequest, transfer: string): Promise<string> {
  const { directory, width, signal } = request
  const search = AbortSignal.any([signal, AbortSignal.timeout(searchSeconds * 1000)])
  const isHdr = highDynamicRange.has(transfer)
  // Scales the frames down before it compares them, because the comparison keeps all of them in memory.
  const small = [
    `scale=w='max(1,trunc(min(${width},iw*sar)))':h='max(1,trunc(ow/dar))'`,
    'setsar=1',
  ]
  const shown = [...small, ...(isHdr ? toneMapping : [])]
  const notBlack = [
    'blackframe=amount=0',
    `metadata=select:key=lavfi.blackframe.pblack:value=${blackPercent}:function=less`,
  ]
  const typical = `thumbnail=${comparedFrames}`
  const attempts: [string[], string[], AbortSignal][] = [
    [[], [...shown, ...notBlack, typical], search],
    [['-skip_frame', 'nokey'], [...shown, ...notBlack], signal],
    [[], [...shown, typical], signal],
    // For builds of ffmpeg without zscale.
    ...(isHdr ? [[[], [...small, typical], signal] as [string[], string[], AbortSignal]] : []),
  ]
  let refusal: unknown
  for (const [inputOptions, filters, limit] of attempts) {
    try {
      await takeFrame({ ...request, signal: limit }, inputOptions, filters)
      if (await exists(`${directory}/${name}`)) return name
    } catch (error) {
      if (signal.aborted || !(error instanceof Refusal)) throw error
      refusal ??= error
    }
  }
  throw refusal ?? new Refusal('empty')
}

/** Converts from linear light with white at 100 cd/m² to BT.709 and compresses highlights. */
const toneMapping = [
  'zscale=t=linear:npl=100',
  'format=gbrpf32le',
  'zscale=p=bt709',
  'tonemap=mobius:desat=0',
  'zscale=t=bt709:m=bt709:r=tv',
  'format=yuv420p',
]

async function takeFrame(
  request: MediaRequest,
  inputOptions: string[],
  filters: string[],
): Promise<void> {
  const { directory, signal } = request
  const args = [
    ['-nostdin', '-v', 'error', '-threads', '1'],
    [...inputOptions, ...untrustedInput(request)],
    ['-an', '-sn', '-dn', '-vf', filters.join(','), '-frames:v', '1'],
    ['-c:v', 'png', '-f', 'image2', '-update', '1', '-y', name],
  ].flat()
  await runHelper({ program: 'ffmpeg', args, format: 'video and audio', directory, signal })
}

/** Resolves to the transfer function of the first video stream, which can be `unknown`; to undefined without such a stream. */
export async function transferOf(request: MediaRequest): Promise<string | undefined> {
  const lines = await probe(request, { streams: 'v:0', entries: 'stream=color_transfer' })
  return lines[0]?.trim()
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
