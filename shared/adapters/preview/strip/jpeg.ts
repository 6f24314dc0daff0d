import { Refusal } from '../refusals.ts'
import { KeptParts, type StrippedImage } from './stripped-image.ts'
import { exifOrientation } from './exif.ts'

const marker = { soi: 0xd8, eoi: 0xd9, sos: 0xda, app0: 0xe0, app1: 0xe1, app15: 0xef, com: 0xfe }

/** Application segments that affect the interpretation of pixels, by marker and first bytes. */
const kept: [number, string][] = [
  [0xe0, 'JFIF\0'],
  [0xe2, 'ICC_PROFILE\0'],
  [0xee, 'Adobe'],
]

/**
 * Strips Exif, XMP, comments, thumbnails and data after the end from a JPEG (ITU-T T.81). Additional pictures (CIPA DC-007) and the
 * video of a motion photo are stored after the end.
 */
export function stripJpeg(file: Buffer): StrippedImage {
  const parts = new KeptParts(file)
  parts.range(0, 2)
  let orientation = 1
  let hasScan = false
  let at = 2
  while (at + 2 <= file.length) {
    // Fill bytes may precede a marker (§B.1.1.2). Decoders also skip other bytes there.
    const begin = file.indexOf(0xff, at)
    if (begin < 0) break
    at = begin
    while (file[at + 1] === 0xff) at += 1
    const code = file[at + 1] ?? 0
    if (code === marker.eoi) {
      parts.range(at, at + 2)
      break
    }
    if (isStandalone(code)) {
      at += 2
      continue
    }
    if (at + 4 > file.length) break
    const end = at + 2 + file.readUInt16BE(at + 2)
    const content = file.subarray(at + 4, end)
    if (code === marker.app1 && content.subarray(0, 6).toString('latin1') === 'Exif\0\0') {
      orientation = exifOrientation(content)
    }
    if (isKept(code, content)) parts.range(at, Math.min(end, file.length))
    at = end
    if (code !== marker.sos) continue
    hasScan = true
    const scanEnd = endOfScan(file, at)
    parts.range(at, scanEnd)
    at = scanEnd
  }
  if (!hasScan) throw new Refusal('damaged')
  return { orientation, stripped: parts.parts, reencoding: { isLossless: false } }
}

/** Matches markers without a length: `TEM`, `RSTn`, `SOI`, and 0, which is not a marker. */
function isStandalone(code: number): boolean {
  return code === 0 || code === 1 || (code >= 0xd0 && code <= marker.soi)
}

function isKept(code: number, content: Buffer): boolean {
  if (code === marker.com) return false
  if (code < marker.app0 || code > marker.app15) return true
  return kept.some(
    ([app, beginning]) =>
      app === code && content.subarray(0, beginning.length).toString('latin1') === beginning,
  )
}

/** Returns the end of a scan's entropy-coded data, which is the next marker except restarts (§B.1.1.5). */
function endOfScan(file: Buffer, start: number): number {
  let at = file.indexOf(0xff, start)
  while (at >= 0 && at + 1 < file.length) {
    const code = file[at + 1] ?? 0
    const continues = code === 0 || code === 0xff || (code >= 0xd0 && code <= 0xd7)
    if (!continues) return at
    at = file.indexOf(0xff, code === 0xff ? at + 1 : at + 2)
  }
  return file.length
}
