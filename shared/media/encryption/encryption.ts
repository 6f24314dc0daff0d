import type { UnscannableReason } from '../../model/verdict.ts'
import { isCompoundFile } from '../formats/compound-records.ts'
import type { ReadAt } from '../formats/read-at.ts'
import { isEncryptedAccess } from './access.ts'
import { compoundEncryption } from './compound.ts'
import { isEnvelope } from './envelope.ts'
import { isEncryptedWord2, isWorkbookStream, workbookIsEncrypted } from './legacy-office.ts'
import { zipEncryption } from './zip.ts'

/** The number of leading bytes that `findEncryption` needs in order to recognize a format. */
export const encryptionHeadBytes = 1024
const zipSignature = Buffer.from('PK\u0003\u0004')
const biffBytes = 1024 * 1024

/**
 * Detects encrypted content that clamd does not report, in formats that declare it: Office documents, OpenDocument, EPUB,
 * iWork, WordPerfect, Access, disk images, and encrypted messages and files with a signature. Data without a signature never
 * counts as encrypted. Reads at most 48 MiB of the file. Resolves to `encrypted`, to `scan-limit` if the limit does not allow an
 * answer, else to undefined.
 */
export async function findEncryption(
  head: Buffer,
  { read, sizeBytes }: { read: ReadAt; sizeBytes: number },
): Promise<UnscannableReason | undefined> {
  if (isCompoundFile(head)) return compoundEncryption(read)
  if (head.subarray(0, zipSignature.length).equals(zipSignature)) {
    return zipEncryption(read, sizeBytes)
  }
  if (isWorkbookStream(head)) {
    return workbookIsEncrypted(await read(0, Math.min(sizeBytes, biffBytes)))
      ? 'encrypted'
      : undefined
  }
  const isEncrypted = isEncryptedWord2(head) || isEncryptedAccess(head) || isEnvelope(head)
  return isEncrypted ? 'encrypted' : undefined
}
