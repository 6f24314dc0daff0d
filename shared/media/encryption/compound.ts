import { CompoundFile } from '../formats/compound-file.ts'
import type { CompoundEntry } from '../formats/compound-records.ts'
import type { ReadAt } from '../formats/read-at.ts'
import type { Hidden } from './hidden.ts'
import { presentationIsEncrypted, wordIsEncrypted, workbookIsEncrypted } from './legacy-office.ts'

/**
 * Streams that only encrypted documents have: Office 2007 and later (MS-OFFCRYPTO §2.3), documents under rights management
 * (§2.2), and the properties of an encrypted presentation (MS-PPT §2.3.7).
 */
const encryptedNames = new Set([
  'encryptedpackage',
  '\u0009drmcontent',
  '\u0009drmviewercontent',
  'encryptedsummary',
])

const hwpMark = Buffer.from('HWP Document File')
/** Encrypted by a password; a certificate; under rights management. */
const hwpFlags = 0x0002 | 0x0010 | 0x0100

/** How much of which stream tells whether the document is encrypted. */
const streams: Record<string, { bytes: number; isEncrypted: (stream: Buffer) => boolean }> = {
  worddocument: { bytes: 32, isEncrypted: wordIsEncrypted },
  workbook: { bytes: 1024 * 1024, isEncrypted: workbookIsEncrypted },
  book: { bytes: 1024 * 1024, isEncrypted: workbookIsEncrypted },
  'current user': { bytes: 64, isEncrypted: presentationIsEncrypted },
  fileheader: { bytes: 256, isEncrypted: hwpIsEncrypted },
}
/** Documents in a document count, too. */
const maxStreams = 256

/** Whether a compound file holds an encrypted document, at whatever depth. Names are compared without case (MS-CFB §2.6.4). */
export async function compoundEncryption(read: ReadAt): Promise<Hidden> {
  const file = await CompoundFile.open(read)
  if (!file) return undefined
  if (file.entries.some(({ name }) => encryptedNames.has(name.toLowerCase()))) return 'encrypted'
  const documents = file.entries.filter((entry) => streamOf(entry))
  for (const entry of documents.slice(0, maxStreams)) {
    const { bytes, isEncrypted } = streamOf(entry) ?? {}
    if (bytes && isEncrypted?.(await file.readStream(entry, bytes))) return 'encrypted'
  }
  return file.exceedsLimits || documents.length > maxStreams ? 'scan-limit' : undefined
}

function streamOf({ kind, name }: CompoundEntry) {
  return kind === 'stream' ? streams[name.toLowerCase()] : undefined
}

/** The `FileHeader` stream of a Hancom document, version 5. */
function hwpIsEncrypted(stream: Buffer): boolean {
  if (stream.length < 40 || !stream.subarray(0, hwpMark.length).equals(hwpMark)) return false
  return (stream.readUInt32LE(36) & hwpFlags) !== 0
}
