import { asBuffer } from '../formats/as-buffer.ts'

/** Players search this number of bytes for the first frame. */
const firstFrameWithinBytes = 4096
const minFrames = 3

/** Bit rates of Layer III in kbit/s, MPEG 1 and MPEG 2 or 2.5, by index (ISO 11172-3 §2.4.2.3, ISO 13818-3 §2.4.2.3). */
const bitrates = {
  1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
}

/** Matches an MP3 with other bytes before its first frame, by several consecutive frames. */
export function isLateMp3(head: Uint8Array): boolean {
  const bytes = asBuffer(head)
  for (let start = 0; start < Math.min(firstFrameWithinBytes, bytes.length); start++) {
    if (bytes[start] !== 0xff) continue
    let at = start
    let frames = 0
    for (; frames < minFrames; frames++) {
      const length = frameBytes(bytes, at)
      if (length === undefined) break
      at += length
    }
    if (frames === minFrames) return true
  }
  return false
}

/** Returns the length of the frame at an offset; undefined if there is no frame. */
function frameBytes(bytes: Buffer, at: number): number | undefined {
  if (at + 4 > bytes.length) return undefined
  const header = bytes.readUInt32BE(at)
  const version = (header >>> 19) & 3
  const isLayer3 = header >>> 21 === 0x7ff && version !== 1 && ((header >>> 17) & 3) === 1
  const rateIndex = (header >>> 10) & 3
  if (!isLayer3 || rateIndex === 3) return undefined
  const isMpeg1 = version === 3
  const kilobits = bitrates[isMpeg1 ? 1 : 2][(header >>> 12) & 15]
  if (kilobits === undefined || kilobits === 0) return undefined
  const divisor = isMpeg1 ? 1 : version === 2 ? 2 : 4
  const rate = ([44_100, 48_000, 32_000][rateIndex] ?? 0) / divisor
  return Math.floor(((isMpeg1 ? 144 : 72) * kilobits * 1000) / rate) + ((header >>> 9) & 1)
}
