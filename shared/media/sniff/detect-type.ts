import { parseEssence } from '../essence.ts'
import { canonicalType, typeOfName } from '../media-types.ts'
import { readerOf } from '../formats/read-at.ts'
import {
  isEmptyIcon,
  isLatePdf,
  isLatePostScript,
  sniffTable,
  sniffTextHeader,
} from './further-signatures.ts'
import { isLateMp3 } from './mp3.ts'
import { mayBeUnrecognised } from './recognisable.ts'
import { mayBeInside } from './refinements.ts'
import { hasByteOrderMark, isText, sniffBinary, sniffDocument, sniffMarkup } from './signatures.ts'
import { sniffStructure } from './structure.ts'
import { sniffTga } from './tga.ts'
import { isMarkdown, isTextFormat, isXml } from '../text-formats.ts'
import type { RandomAccessFile } from './random-access-file.ts'

/** The number of leading bytes that `detectType` uses. */
export const sniffedBytes = 64 * 1024

export interface TypeHint {
  /** The media type that the uploader declared. It may be malformed. */
  declared?: string
  /** The file's name. */
  name: string
}

const unknownType = 'application/octet-stream'

/** Declared types that clients send for any bytes. They count as undeclared. `curl --data` sends the last one. */
const uninformativeTypes = new Set([
  unknownType,
  'application/unknown',
  'application/x-unknown',
  'binary/octet-stream',
  'unknown/unknown',
  'application/x-www-form-urlencoded',
])

/** Types of WHATWG's patterns that the structure, or a longer signature, can refine. */
const refinable = new Set([
  'application/ogg',
  // WHATWG's pattern is two letters at offset 34, which also occur in other files.
  'application/vnd.ms-fontobject',
  'application/zip',
  'video/mp4',
])

/** Formats whose signature consists of letters but is too long to match other text by chance. */
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
 * Detects the media type of a file, as an essence (`type/subtype`, lower case). Reads the head (up to 64 KiB) and, for formats
 * whose structure lies elsewhere, at most 4 MiB of the rest. Bytes take precedence; the declared type and the name are used only
 * if the bytes do not decide. Rejects only with the errors of reading the file.
 *
 * - Formats have canonical names (see `mediaTypes`). Formats inside ZIP, CFB, TIFF, MP4 and Ogg containers have their own names:
 *   DOCX, EPUB, MSG, DNG, HEIC. If the container does not identify its format, the declared type or the name may.
 * - PDF and MP3 may have other bytes before their signature, as readers allow.
 * - HTML and XML are recognised by WHATWG's patterns only. A declared type, or else a name, of an XML format (SVG, XHTML), of HTML
 *   or of Markdown then refines the result.
 * - Other text has the declared type if that is a text format, else the type of its name, else `text/plain`. An XML format
 *   must begin with `<`.
 * - Unknown binary data has the declared type, or else the type of the name, except for text formats and formats that are
 *   always recognisable. Otherwise the result is `application/octet-stream`.
 * - An empty file has the declared type, else the type of its name, else `application/octet-stream`.
 */
export async function detectType(
  head: Uint8Array,
  hint: TypeHint,
  file: RandomAccessFile = headOnly(head),
): Promise<string> {
  const essence = parseEssence(hint.declared ?? '')
  const isInformative = essence !== undefined && !uninformativeTypes.has(essence)
  const declared = isInformative ? canonicalType(essence) : undefined
  const named = typeOfName(hint.name)
  if (head.length === 0) return declared ?? named ?? unknownType

  const hints = [declared, named].filter((type) => type !== undefined)
  const markup = sniffMarkup(head)
  if (markup !== undefined) return markupType(markup, hints)
  const recognised = await recognise(head.subarray(0, sniffedBytes), hints, file)
  if (isText(head)) return textType(head, hints, recognised)
  if (recognised !== undefined) return recognised
  return hints.find((hint) => !isTextFormat(hint) && mayBeUnrecognised(hint)) ?? unknownType
}

/** Treats the head as the whole file. */
function headOnly(head: Uint8Array): RandomAccessFile {
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

/** Returns true for a signature of a few letters, such as `BM` or `solid`, which other text can also start with. */
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
  file: RandomAccessFile,
): Promise<string | undefined> {
  if (isLatePdf(head)) return 'application/pdf'
  if (isLatePostScript(head)) return 'application/postscript'
  const early = sniffDocument(head) ?? sniffTextHeader(head) ?? sniffTable(head)
  if (early !== undefined) return early
  const tga = await sniffTga(head, hints, file)
  if (tga !== undefined || isEmptyIcon(head)) return tga
  const sniffed = sniffBinary(head)
  if (sniffed !== undefined && !refinable.has(sniffed)) {
    return hints.find((hint) => mayBeInside(sniffed, hint)) ?? sniffed
  }
  const type = (await sniffStructure(head, hints, file)) ?? sniffed
  return type ?? (isLateMp3(head) ? 'audio/mpeg' : undefined)
}
