import { asBuffer } from '../formats/as-buffer.ts'
import { isMp4, isWebm } from './containers.ts'

/** The number of bytes that WHATWG uses to distinguish text from binary data (MIME Sniffing §5.2). */
const resourceHeaderBytes = 1445

type Row = [type: string, pattern: number[], mask?: number[]]

const ascii = (text: string) => [...Buffer.from(text, 'latin1')]
const any4 = [0, 0, 0, 0]
const all4 = [255, 255, 255, 255]

/** Returns a row for a RIFF or IFF container: its tag, four bytes of any value, its form. */
function container(type: string, tag: string, form: string): Row {
  const mask = [...all4, ...any4, ...ascii(form).map(() => 255)]
  return [type, [...ascii(tag), ...any4, ...ascii(form)], mask]
}

/** MIME Sniffing §6.1, §6.2, §6.3, §6.4, in the order of §7.1. */
const images: Row[] = [
  ['image/x-icon', [0x00, 0x00, 0x01, 0x00]],
  ['image/x-icon', [0x00, 0x00, 0x02, 0x00]],
  ['image/bmp', ascii('BM')],
  ['image/gif', ascii('GIF87a')],
  ['image/gif', ascii('GIF89a')],
  container('image/webp', 'RIFF', 'WEBPVP'),
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
]
const audioAndVideo: Row[] = [
  container('audio/aiff', 'FORM', 'AIFF'),
  ['audio/mpeg', ascii('ID3')],
  ['application/ogg', ascii('OggS\0')],
  ['audio/midi', [...ascii('MThd'), 0, 0, 0, 6]],
  container('video/avi', 'RIFF', 'AVI '),
  container('audio/wave', 'RIFF', 'WAVE'),
]
const fonts: Row[] = [
  [
    'application/vnd.ms-fontobject',
    [...Array<number>(34).fill(0), ...ascii('LP')],
    [...Array<number>(34).fill(0), 255, 255],
  ],
  ['font/ttf', [0x00, 0x01, 0x00, 0x00]],
  ['font/otf', ascii('OTTO')],
  ['font/collection', ascii('ttcf')],
  ['font/woff', ascii('wOFF')],
  ['font/woff2', ascii('wOF2')],
]
const archives: Row[] = [
  ['application/x-gzip', [0x1f, 0x8b, 0x08]],
  ['application/zip', [0x50, 0x4b, 0x03, 0x04]],
  ['application/x-rar-compressed', [...ascii('Rar!'), 0x1a, 0x07, 0x00]],
]
const documents: Row[] = [
  ['application/pdf', ascii('%PDF-')],
  ['application/postscript', ascii('%!PS-Adobe-')],
]

const html =
  /^[\t\n\f\r ]*<(?:!DOCTYPE HTML|HTML|HEAD|SCRIPT|IFRAME|H1|DIV|FONT|TABLE|A|STYLE|TITLE|BODY|BR|B|P|!--)[ >]/i
const xml = /^[\t\n\f\r ]*<\?xml/

const patternTypes = [documents, images, audioAndVideo, fonts, archives]
  .flat()
  .map(([type]) => type)

/** Every type that the functions of this module return. */
export const sniffableTypes: ReadonlySet<string> = new Set(
  patternTypes.concat('text/html', 'text/xml', 'video/mp4', 'video/webm'),
)

/** Detects `text/html` and `text/xml` by the patterns of MIME Sniffing §7.1. */
export function sniffMarkup(head: Uint8Array): 'text/html' | 'text/xml' | undefined {
  const text = resourceHeader(head)
  if (html.test(text)) return 'text/html'
  return xml.test(text) ? 'text/xml' : undefined
}

/** Detects PDF and PostScript. */
export function sniffDocument(head: Uint8Array): string | undefined {
  return firstMatch(documents, head)
}

/** Detects image, audio, video, font and archive types. Leaves MP3 without ID3 to `file-type`, which detects more variants. */
export function sniffBinary(head: Uint8Array): string | undefined {
  const media = firstMatch(images, head) ?? firstMatch(audioAndVideo, head)
  if (media !== undefined) return media
  if (isMp4(head)) return 'video/mp4'
  if (isWebm(head)) return 'video/webm'
  return firstMatch(fonts, head) ?? firstMatch(archives, head)
}

/** Matches a byte order mark of UTF-8 or UTF-16 (§7.1). */
export function hasByteOrderMark([first, second, third]: Uint8Array): boolean {
  if (first === 0xef && second === 0xbb && third === 0xbf) return true
  return (first === 0xfe && second === 0xff) || (first === 0xff && second === 0xfe)
}

/** Returns true for text, which has a byte order mark or no binary data byte (§7.1, §7.2). */
export function isText(head: Uint8Array): boolean {
  return hasByteOrderMark(head) || !head.subarray(0, resourceHeaderBytes).some(isBinaryDataByte)
}

/** Matches a control character other than white space and ESC (§3). */
function isBinaryDataByte(byte: number): boolean {
  if (byte >= 0x20) return false
  return byte <= 0x08 || byte === 0x0b || (byte >= 0x0e && byte <= 0x1a) || byte >= 0x1c
}

/** Decodes the resource header as one character per byte. */
function resourceHeader(head: Uint8Array): string {
  return asBuffer(head).toString('latin1', 0, resourceHeaderBytes)
}

function firstMatch(rows: Row[], head: Uint8Array): string | undefined {
  return rows.find(([, pattern, mask]) => matches(head, pattern, mask))?.[0]
}

/** Runs the pattern matching algorithm (§6). */
function matches(head: Uint8Array, pattern: number[], mask?: number[]): boolean {
  return pattern.every(
    (byte, index) => ((head[index] ?? -1) & (mask?.[index] ?? 255)) === byte && index < head.length,
  )
}
