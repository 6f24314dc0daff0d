import { asBuffer } from '../formats/as-buffer.ts'

/** PDF readers search this number of bytes for the header (ISO 32000-1, implementation note 13 of PDF Reference 1.7). */
const pdfHeaderWithinBytes = 1024

/**
 * Matches a PDF with bytes before its header, which readers accept. The bytes are white space or a byte order mark, or any bytes
 * if a PDF object follows. The object distinguishes the file from a text about PDF.
 */
export function isLatePdf(head: Uint8Array): boolean {
  const text = asBuffer(head).toString('latin1')
  const at = text.slice(0, pdfHeaderWithinBytes).indexOf('%PDF-')
  if (at < 0) return false
  if (/^(?:\xef\xbb\xbf)?[\s\0]*$/.test(text.slice(0, at))) return true
  return /^%PDF-\d\.\d[\s%]/.test(text.slice(at, at + 9)) && /\d \d+ obj\b/.test(text.slice(at))
}

/** Matches PostScript from printer drivers: after an end of transmission or a command that switches the printer's language. */
export function isLatePostScript(head: Uint8Array): boolean {
  const text = asBuffer(head).toString('latin1', 0, pdfHeaderWithinBytes)
  if (text.startsWith('\x04%!PS-Adobe-')) return true
  return text.startsWith('\x1b%-12345X') && text.includes('\n%!PS-Adobe-')
}

/** Databases and spreadsheets whose first bytes equal those of TrueType fonts and Windows cursors. */
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

/** Detects databases and spreadsheets by `tables`. */
export function sniffTable(head: Uint8Array): string | undefined {
  if (head[0] !== 0) return undefined
  const text = asBuffer(head).toString('latin1', 0, 32)
  return tables.find(([at, bytes]) => text.startsWith(bytes, at))?.[2]
}

/** Matches the header of an icon or cursor without pictures. JBIG pictures can start with the same bytes. */
export function isEmptyIcon(head: Uint8Array): boolean {
  return /^000001000000|^000002000000/.test(asBuffer(head).toString('hex', 0, 6))
}

/** The first card of FITS (4.0 §4.4.1.1), with the value T in column 30. */
const fitsCard = 'SIMPLE  =                    T'

const portableTypes: Record<string, string> = {
  1: 'image/x-portable-bitmap',
  2: 'image/x-portable-graymap',
  3: 'image/x-portable-pixmap',
  4: 'image/x-portable-bitmap',
  5: 'image/x-portable-graymap',
  6: 'image/x-portable-pixmap',
}

/** Detects picture formats with a text header that looks like a text file: FITS and Netpbm. */
export function sniffTextHeader(head: Uint8Array): string | undefined {
  const text = asBuffer(head).toString('latin1', 0, 256)
  if (text.startsWith(fitsCard)) return 'image/fits'
  if (text.startsWith('P7\nWIDTH ')) return 'image/x-portable-arbitrarymap'
  const [, digit = ''] = /^P([1-6])\s(?:#[^\n]*\n)?\d{1,9}\s\d{1,9}\s/.exec(text) ?? []
  return portableTypes[digit]
}
