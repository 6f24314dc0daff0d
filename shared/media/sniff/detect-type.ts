import { supportedMimeTypes } from 'file-type'
import { parseEssence } from '../essence.ts'
import { canonicalType, typeOfName } from '../media-types.ts'
import { readerOf } from '../formats/reader-of.ts'
import {
  hasByteOrderMark,
  isText,
  sniffableTypes,
  sniffBinary,
  sniffDocument,
  sniffMarkup,
} from './signatures.ts'
import { sniffStructure, type WholeFile } from './structure.ts'
import {
  isEmptyIcon,
  isLateMp3,
  isLatePdf,
  isLatePostScript,
  sniffTable,
  sniffTextHeader,
  sniffTga,
} from './tolerant.ts'
import { isMarkdown, isTextFormat, isXml } from '../text-formats.ts'

/** How much of a file `detectType` makes use of. */
export const sniffedBytes = 64 * 1024

export interface TypeHint {
  /** The media type that the uploader declared, however malformed. */
  declared?: string
  /** The file's name. */
  name: string
}

const unknownType = 'application/octet-stream'

/** What clients send when they know nothing: as good as no declared type. `curl --data` sends the last for any bytes. */
const sayNothing = new Set([
  unknownType,
  'application/unknown',
  'application/x-unknown',
  'binary/octet-stream',
  'unknown/unknown',
  'application/x-www-form-urlencoded',
])

/** Types of WHATWG of which the structure, or a longer signature, tells more. */
const containers = new Set([
  'application/ogg',
  // Two letters at offset 34, which stand there in other files too.
  'application/vnd.ms-fontobject',
  'application/zip',
  'video/mp4',
])

/** Types that the bytes of a file show. */
const recognisable: ReadonlySet<string> = new Set(
  [...sniffableTypes, ...supportedMimeTypes].map(canonicalType),
)

/** Formats of which only some files have the signature: the binary ones of two, or those of some programs. */
const partlyRecognised = new Set([
  'application/dicom',
  'application/pgp-encrypted',
  'application/vnd.apache.arrow.file',
  'application/x-apple-diskimage',
  'application/x-iso9660-image',
  'application/x-mobipocket-ebook',
  'image/x-olympus-orf',
  'image/x-panasonic-rw2',
  'model/stl',
])

/** Formats whose signature is letters, but too many of them for chance. */
const unmistakable = new Set([
  'application/pdf',
  'application/postscript',
  'audio/aiff',
  'audio/wave',
  'image/fits',
  'image/gif',
  'image/webp',
  'video/avi',
])

/**
 * The media type of a file, as an essence (`type/subtype`, lower case), from its first bytes (up to 64 KiB) and, where its
 * structure lies elsewhere, from at most 4 MiB of the rest. Bytes come first; what the uploader declared and the name only
 * help where bytes cannot tell. Throws only what reading the file throws.
 *
 * - A format that WHATWG MIME Sniffing lists has WHATWG's name for it (`audio/wave`, `application/x-gzip`), any other one
 *   that of `mediaTypes`. Formats inside ZIP, CFB, TIFF, MP4 and Ogg containers have their own name: DOCX, EPUB, MSG, DNG, HEIC.
 *   Where the container does not tell, the declared type or the name may.
 * - PDF and MP3 may begin late, as readers allow.
 * - HTML and XML are recognised by WHATWG's patterns and by nothing else. A declared type, or else a name, of an XML
 *   format (SVG, XHTML), of HTML or of Markdown then says which one it is.
 * - Other text has the declared type if that is a text format, else the one its name stands for, else `text/plain`. An
 *   XML format must at least begin with `<`.
 * - Unknown binary bytes have the declared type, or else the one that the name stands for, unless files of that type show
 *   it by their bytes, or it is a text format: then `application/octet-stream`.
 * - An empty file has the declared type, else the one its name stands for, else `application/octet-stream`.
 */
export async function detectType(
  head: Uint8Array,
  hint: TypeHint,
  file: WholeFile = wholeHead(head),
): Promise<string> {
  const essence = parseEssence(hint.declared ?? '')
  const isSaid = essence !== undefined && !sayNothing.has(essence)
  const declared = isSaid ? canonicalType(essence) : undefined
  const named = typeOfName(hint.name)
  if (head.length === 0) return declared ?? named ?? unknownType

  const hints = [declared, named].filter((type) => type !== undefined)
  const markup = sniffMarkup(head)
  if (markup !== undefined) return markupType(markup, hints)
  const recognised = await recognise(head.subarray(0, sniffedBytes), hints, file)
  if (isText(head)) return textType(head, hints, recognised)
  if (recognised !== undefined) return recognised
  return hints.find((hint) => mayBeUnknown(hint)) ?? unknownType
}

/** Where nothing but the beginning is there to read. */
function wholeHead(head: Uint8Array): WholeFile {
  const sizeBytes = head.length
  return { sizeBytes, read: readerOf(undefined, { head, sizeBytes }) }
}

function markupType(markup: 'text/html' | 'text/xml', hints: string[]): string {
  return hints.find(isMarkup) ?? markup
}

function isMarkup(type: string): boolean {
  return type === 'text/html' || isXml(type) || isMarkdown(type)
}

function textType(head: Uint8Array, hints: string[], recognised: string | undefined): string {
  const hint = hints.find((type) => isTextFormat(type) && (!isXml(type) || beginsLikeXml(head)))
  if (recognised === 'application/pdf') return recognised
  if (recognised === undefined || hasByteOrderMark(head)) return hint ?? 'text/plain'
  if (hint === undefined) return recognised
  if (isTextFormat(recognised)) return hint === 'text/plain' ? recognised : hint
  return mayBeChance(head, recognised) ? hint : recognised
}

/** A signature of a few letters, such as `BM` or `solid`, is also how text may begin. */
function mayBeChance(head: Uint8Array, recognised: string): boolean {
  const beginsWithLetters = head.subarray(0, 3).every((byte) => byte >= 0x20 && byte < 0x7f)
  return beginsWithLetters && !unmistakable.has(recognised)
}

function beginsLikeXml(head: Uint8Array): boolean {
  return /^[\s\0]*</.test(new TextDecoder().decode(head.subarray(0, 1024)).replace(/^\ufffd+/, ''))
}

async function recognise(
  head: Uint8Array,
  hints: string[],
  file: WholeFile,
): Promise<string | undefined> {
  if (isLatePdf(head)) return 'application/pdf'
  if (isLatePostScript(head)) return 'application/postscript'
  const early = sniffDocument(head) ?? sniffTextHeader(head) ?? sniffTable(head)
  if (early !== undefined) return early
  const tga = await sniffTga(head, hints, file)
  if (tga !== undefined || isEmptyIcon(head)) return tga
  const sniffed = sniffBinary(head)
  if (sniffed !== undefined && !containers.has(sniffed)) return sniffed
  const type = (await sniffStructure(head, hints, file)) ?? sniffed
  return type ?? (isLateMp3(head) ? 'audio/mpeg' : undefined)
}

/** Whether unrecognised bytes may be of a type. */
function mayBeUnknown(type: string): boolean {
  return !isTextFormat(type) && (!isRecognisable(type) || partlyRecognised.has(type))
}

/** Whether files of a type show it by their bytes. */
export function isRecognisable(type: string): boolean {
  return recognisable.has(type)
}
