import type { ReadAt } from '../formats/read-at.ts'
import { readZipDirectory, readZipEntry, type ZipEntry } from '../formats/zip-directory.ts'
import { parseXml, type XmlReader } from './parse-xml.ts'
import { openDocument, paragraphs, sharedStrings, sheetCells } from './readers.ts'
import { TextOutput } from './text-output.ts'

type Family = 'word' | 'slides' | 'sheets' | 'open'

const ooxml = 'application/vnd.openxmlformats-officedocument.'
const odf = 'application/vnd.oasis.opendocument.'

/** Limits of one document, regardless of the sizes that it declares. */
const maxPartBytes = 16 * 1024 * 1024
const maxAllBytes = 64 * 1024 * 1024
const maxParts = 500
const maxTextLength = 4 * 1024 * 1024

/** The kind of document whose text can be read, or undefined. */
function familyOf(mimeType: string): Family | undefined {
  if (mimeType.startsWith(`${ooxml}wordprocessingml.`)) return 'word'
  if (mimeType.startsWith(`${ooxml}presentationml.`)) return 'slides'
  if (mimeType.startsWith(`${ooxml}spreadsheetml.`)) return 'sheets'
  return /^(?:text|spreadsheet|presentation)$/.test(mimeType.slice(odf.length)) &&
    mimeType.startsWith(odf)
    ? 'open'
    : undefined
}

export function isOfficeText(mimeType: string): boolean {
  return familyOf(mimeType) !== undefined
}

/**
 * The text of a `.docx`, `.pptx`, `.xlsx`, `.odt`, `.odp` or `.ods`. Reads the parts with text only, in bounded memory. Undefined for
 * a document that is damaged or too large.
 */
export async function officeText(
  read: ReadAt,
  { mimeType, sizeBytes }: { mimeType: string; sizeBytes: number },
  signal: AbortSignal,
): Promise<string | undefined> {
  const family = familyOf(mimeType)
  const directory = await readZipDirectory(read, sizeBytes)
  if (family === undefined || directory === undefined || directory === 'too-large') return undefined
  const entries = new Map(directory.entries.map((entry) => [entry.name, entry]))
  const output = new TextOutput(maxTextLength)
  let left = maxAllBytes
  const parse = async (entry: ZipEntry | undefined, reader: XmlReader) => {
    const bytes = entry && (await readZipEntry(read, entry, Math.min(left, maxPartBytes)))
    if (bytes === undefined) throw new Error('A part is missing, damaged or too large')
    left -= bytes.length
    await parseXml(bytes, reader, signal)
  }
  try {
    await readParts(family, { entries, output, parse })
  } catch (error) {
    if (signal.aborted) throw error
    return undefined
  }
  return output.toString()
}

interface Parts {
  entries: ReadonlyMap<string, ZipEntry>
  output: TextOutput
  parse: (entry: ZipEntry | undefined, reader: XmlReader) => Promise<void>
}

async function readParts(family: Family, { entries, output, parse }: Parts): Promise<void> {
  switch (family) {
    case 'word':
      return parse(entries.get('word/document.xml'), paragraphs(output))
    case 'open':
      return parse(entries.get('content.xml'), openDocument(output))
    case 'slides':
      for (const { number, entry } of numbered(entries, /^ppt\/slides\/slide(\d{1,5})\.xml$/)) {
        output.add(`# Slide ${number}\n`)
        await parse(entry, paragraphs(output))
        if (output.isFull) return
      }
      return
    case 'sheets': {
      const strings: string[] = []
      const shared = entries.get('xl/sharedStrings.xml')
      if (shared) await parse(shared, sharedStrings(strings, maxTextLength))
      for (const { number, entry } of numbered(entries, /^xl\/worksheets\/sheet(\d{1,5})\.xml$/)) {
        output.add(`# Sheet ${number}\n`)
        await parse(entry, sheetCells(strings, output))
        if (output.isFull) return
      }
    }
  }
}

/** The parts with a number in their names, in order. */
function numbered(entries: ReadonlyMap<string, ZipEntry>, pattern: RegExp) {
  return [...entries.values()]
    .flatMap((entry) => {
      const number = pattern.exec(entry.name)?.[1]
      return number === undefined ? [] : [{ number: Number(number), entry }]
    })
    .sort((a, b) => a.number - b.number)
    .slice(0, maxParts)
}
