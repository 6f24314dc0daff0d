import type { InfectedFile, UnscannableFile } from '../../model/file.ts'
import type { Ports } from '../../ports/ports.ts'
import type { QuarantineNote } from '../../ports/quarantine.ts'

/**
 * Removes the bytes of a rejected file from the store, because a signed URL could still reach them. Moves infected bytes to
 * the quarantine if it accepts them. Idempotent: may be repeated after a crash.
 */
export async function quarantineOrDelete(
  { blobs, quarantine }: Pick<Ports, 'blobs' | 'quarantine'>,
  file: InfectedFile | UnscannableFile,
): Promise<void> {
  if (quarantine && file.state === 'infected') {
    const isKept = file.condemnedAt !== undefined || quarantine.includesUploads
    if (isKept) await quarantine.keep(file, noteOf(file))
  }
  await blobs.remove(file)
}

function noteOf({ workspaceId, id, checksum, sizeBytes, scan }: InfectedFile): QuarantineNote {
  const { threat, engine, signatureVersion, scannedAt } = scan
  return {
    workspaceId,
    fileId: id,
    threat,
    checksum,
    sizeBytes,
    engine,
    signatureVersion,
    scannedAt,
  }
}
