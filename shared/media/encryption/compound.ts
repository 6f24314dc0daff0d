import type { UnscannableReason } from '../../model/verdict.ts'
import { CompoundFile } from '../formats/compound-file.ts'
import type { CompoundEntry } from '../formats/compound-records.ts'
import type { ReadAt } from '../formats/read-at.ts'
import { presentationIsEncrypted, wordIsEncrypted, workbookIsEncrypted } from './legacy-office.ts'

/**
 * Streams that only encrypted documents contain: Office 2007 and later (MS-OFFCRYPTO §2.3), documents under rights management
 * (§2.2), and the properties of an encrypted presentation (MS-PPT §2.3.7).
 */
const encryptedNames = new Set([
  'encryptedpackage',
  '\u0009drmcontent',
  '\u0009drmviewercontent',
  'encryptedsummary',
])

const hwpSignature = Buffer.from('HWP Document File')
/** Encrypted with a password, encrypted with a certificate, under rights management. */
const hwpFlags = 0x0002 | 0x0010 | 0x0100

/** The streams that show whether a document is encrypted, and the number of bytes to read from each. */
const streams: Record<string, { bytes: number; isEncrypted: (stream: Buffer) => boolean }> = {
  worddocument: { bytes: 32, isEncrypted: wordIsEncrypted },
  workbook: { bytes: 1024 * 1024, isEncrypted: workbookIsEncrypted },
  book: { bytes: 1024 * 1024, isEncrypted: workbookIsEncrypted },
  'current user': { bytes: 64, isEncrypted: presentationIsEncrypted },
  fileheader: { bytes: 256, isEncrypted: hwpIsEncrypted },
}
/** Includes the streams of embedded documents. */
const maxStreams = 256

/**
 * Resolves to `encrypted` if a compound file contains an encrypted document at any depth, to `scan-limit` if the limits do not
 * allow an answer. Names are compared without case (MS-CFB §2.6.4).
 */
export async function compoundEncryption(read: ReadAt): Promise<UnscannableReason | undefined> {
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
  if (!stream.subarray(0, hwpSignature.length).equals(hwpSignature)) return false
  if (stream.length < 40) return false
  return (stream.readUInt32LE(36) & hwpFlags) !== 0
}
