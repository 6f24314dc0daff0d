import type { Hidden } from './hidden.ts'
import { isCompoundFile } from '../formats/compound-records.ts'
import type { ReadAt } from '../formats/read-at.ts'
import { isEncryptedAccess } from './access.ts'
import { compoundEncryption } from './compound.ts'
import { isEnvelope } from './envelope.ts'
import { isEncryptedWord2, isWorkbookStream, workbookIsEncrypted } from './legacy-office.ts'
import { zipEncryption } from './zip.ts'

/** So many bytes of a file's beginning tell whether more of it has to be read. */
export const encryptionHeadBytes = 1024
const zipMark = Buffer.from('PK\u0003\u0004')
const biffBytes = 1024 * 1024

/**
 * Whether a file is of a format that says of itself that its content is encrypted, and that clamd does not report: Office
 * documents, OpenDocument, EPUB, iWork, WordPerfect, Access, disk images, and encrypted messages and files with a signature. Data without
 * a signature are never called encrypted. Reads at most 48 MiB; `scan-limit` where that does not suffice.
 */
export async function findEncryption(
  head: Buffer,
  { read, sizeBytes }: { read: ReadAt; sizeBytes: number },
): Promise<Hidden> {
  if (isCompoundFile(head)) return compoundEncryption(read)
  if (head.subarray(0, zipMark.length).equals(zipMark)) return zipEncryption(read, sizeBytes)
  if (isWorkbookStream(head)) {
    return workbookIsEncrypted(await read(0, Math.min(sizeBytes, biffBytes)))
      ? 'encrypted'
      : undefined
  }
  const isEncrypted = isEncryptedWord2(head) || isEncryptedAccess(head) || isEnvelope(head)
  return isEncrypted ? 'encrypted' : undefined
}
