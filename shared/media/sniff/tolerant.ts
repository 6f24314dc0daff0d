import type { WholeFile } from './structure.ts'

/** PDF readers look for the header within so many bytes (ISO 32000-1, implementation note 13 of PDF Reference 1.7). */
const pdfHeaderWithinBytes = 1024
/** How far into a file players look for the first frame of an MP3. */
const mp3WithinBytes = 4096
const mp3Frames = 3

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/**
 * A PDF with something in front of its header, as readers take it: blanks or a byte order mark, or other bytes where an
 * object follows, which tells it apart from a text about PDF.
 */
export function isLatePdf(head: Uint8Array): boolean {
  const text = view(head).toString('latin1')
  const at = text.slice(0, pdfHeaderWithinBytes).indexOf('%PDF-')
  if (at < 0) return false
  if (/^(?:\xef\xbb\xbf)?[\s\0]*$/.test(text.slice(0, at))) return true
  return /^%PDF-\d\.\d[\s%]/.test(text.slice(at, at + 9)) && /\d \d+ obj\b/.test(text.slice(at))
}

/** PostScript as printer drivers write it: after an end of transmission, or a change of the printer's language. */
export function isLatePostScript(head: Uint8Array): boolean {
  const text = view(head).toString('latin1', 0, pdfHeaderWithinBytes)
  if (text.startsWith('\x04%!PS-Adobe-')) return true
  return text.startsWith('\x1b%-12345X') && text.includes('\n%!PS-Adobe-')
}

/** Databases and spreadsheets that begin as TrueType fonts and Windows cursors do, by the bytes that follow. */
const tables: [at: number, bytes: string, type: string][] = [
  [4, 'Standard Jet DB', 'application/x-msaccess'],
  [4, 'Standard ACE DB', 'application/x-msaccess'],
  [4, 'MSISAM Database', 'application/x-msmoney'],
  [15, 'HBAM', 'application/x-filemaker'],
  [0, '\0\0\x02\0\x04\x04', 'application/vnd.lotus-1-2-3'],
  [0, '\0\0\x02\0\x06\x04', 'application/vnd.lotus-1-2-3'],
  [0, '\0\0\x02\0\x20\x51', 'application/x-quattro-pro'],
  [0, '\0\0\x02\0\x21\x51', 'application/x-quattro-pro'],
  [0, '\0\0\x02\0\x01\x10', 'application/x-quattro-pro'],
  [0, '\0\0\x02\0\x02\x10', 'application/x-quattro-pro'],
]

export function sniffTable(head: Uint8Array): string | undefined {
  if (head[0] !== 0) return undefined
  const text = view(head).toString('latin1', 0, 32)
  return tables.find(([at, bytes]) => text.startsWith(bytes, at))?.[2]
}

/** Icons and cursors (two types) begin as JBIG pictures do; an icon has at least one picture. */
export function isEmptyIcon(head: Uint8Array): boolean {
  return /^000001000000|^000002000000/.test(view(head).toString('hex', 0, 6))
}

/** FITS 4.0 §4.4.1.1: the first card, of 80 characters, whose value T stands in column 30. */
const fitsCard = 'SIMPLE  =                    T'

const portableTypes: Record<string, string> = {
  1: 'image/x-portable-bitmap',
  2: 'image/x-portable-graymap',
  3: 'image/x-portable-pixmap',
  4: 'image/x-portable-bitmap',
  5: 'image/x-portable-graymap',
  6: 'image/x-portable-pixmap',
}

/** Pictures that begin with text, and go on so for as long as text is looked for: FITS and Netpbm. */
export function sniffTextHeader(head: Uint8Array): string | undefined {
  const text = view(head).toString('latin1', 0, 256)
  if (text.startsWith(fitsCard)) return 'image/fits'
  if (text.startsWith('P7\nWIDTH ')) return 'image/x-portable-arbitrarymap'
  const [, digit = ''] = /^P([1-6])\s(?:#[^\n]*\n)?\d{1,9}\s\d{1,9}\s/.exec(text) ?? []
  return portableTypes[digit]
}

/** A TGA header, as far as it tells the type; one of image type 2 begins as a Windows cursor does. */
interface TgaHeader {
  isCompressed: boolean
  /** Of an uncompressed picture, with its header. */
  pictureBytes: number
}

const tgaFooter = Buffer.from('TRUEVISION-XFILE.\0')

/**
 * A Truevision TGA picture, which has no signature at its start: a header without contradictions, and a size that fits, a
 * hint that says so, or a footer.
 */
export async function sniffTga(
  head: Uint8Array,
  hints: string[],
  { read, sizeBytes }: WholeFile,
): Promise<'image/x-tga' | undefined> {
  const header = parseTgaHeader(view(head))
  if (!header) return undefined
  const fits = !header.isCompressed && header.pictureBytes === sizeBytes
  const isTga =
    fits ||
    hints.includes('image/x-tga') ||
    (await read(sizeBytes - tgaFooter.length, tgaFooter.length)).equals(tgaFooter)
  return isTga ? 'image/x-tga' : undefined
}

function parseTgaHeader(head: Buffer): TgaHeader | undefined {
  if (head.length < 18) return undefined
  const [idBytes = 0, mapType = 0, imageType = 0] = head
  const isMapped = imageType === 1 || imageType === 9
  if (![1, 2, 3, 9, 10, 11].includes(imageType) || mapType !== (isMapped ? 1 : 0)) return undefined
  const mapEntries = head.readUInt16LE(5)
  const mapDepth = head.readUInt8(7)
  if (isMapped ? mapEntries === 0 : head.readUInt16LE(3) + mapEntries + mapDepth > 0)
    return undefined
  const [width, height] = [head.readUInt16LE(12), head.readUInt16LE(14)]
  const depth = head.readUInt8(16)
  if (width === 0 || height === 0 || ![8, 15, 16, 24, 32].includes(depth)) return undefined
  if ((head.readUInt8(17) & 0xc0) !== 0) return undefined
  const mapBytes = mapEntries * Math.ceil(mapDepth / 8)
  return {
    isCompressed: imageType >= 9,
    pictureBytes: 18 + idBytes + mapBytes + width * height * Math.ceil(depth / 8),
  }
}

/** Kilobits a second of Layer III, MPEG 1 and MPEG 2 or 2.5, by index (ISO 11172-3 §2.4.2.3, ISO 13818-3 §2.4.2.3). */
const bitrates = {
  1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
}

/** An MP3 whose first frame comes after zeros or other bytes: several frames in a row tell it. */
export function isLateMp3(head: Uint8Array): boolean {
  const bytes = view(head)
  for (let start = 0; start < Math.min(mp3WithinBytes, bytes.length); start++) {
    if (bytes[start] !== 0xff) continue
    let at = start
    let frames = 0
    for (; frames < mp3Frames; frames++) {
      const length = mp3FrameBytes(bytes, at)
      if (length === undefined) break
      at += length
    }
    if (frames === mp3Frames) return true
  }
  return false
}

function mp3FrameBytes(bytes: Buffer, at: number): number | undefined {
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
