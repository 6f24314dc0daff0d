import type { InfectedFile, UnscannableFile } from '../../model/file.ts'
import type { Ports } from '../../ports/ports.ts'
import type { QuarantineNote } from '../../ports/quarantine.ts'

/**
 * Takes the bytes of a file that is not to be served out of the store, where a link may still lead to them: to the
 * quarantine, if they are to be kept, else for good. May be repeated, after a crash anywhere in it.
 */
export async function quarantineOrDelete(
  { blobs, quarantine }: Pick<Ports, 'blobs' | 'quarantine'>,
  file: InfectedFile | UnscannableFile,
): Promise<void> {
  if (quarantine && file.state === 'infected') {
    const isKept = file.condemnedAt !== undefined || quarantine.takesUploads
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
