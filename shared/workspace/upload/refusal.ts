import { WorkspaceError } from '../../model/errors.ts'
import type { FileRecord } from '../../model/file.ts'
import type { Refusal, RefusalCode } from '../../model/settlement.ts'

const details: Record<RefusalCode, string> = {
  'digest-mismatch':
    'The bytes that arrived do not have the digest that was announced. Send them again.',
  'size-mismatch':
    'Fewer bytes are stored than were announced. Nothing was replaced. Open a new upload and send all bytes.',
  'too-large':
    'More bytes arrived than were announced. Announce the exact size and send them again.',
  'quota-exceeded':
    'The file that this one was to replace has changed, and the new one no longer fits your quota. Delete files, then upload again.',
  'precondition-failed':
    'The file at this path changed during your upload. Yours is kept under its id, in the trash; read the path again and decide.',
  gone: 'This upload was cancelled or its time ran out. Upload the file again.',
}

/** The error for an upload that `settle` refused; `file` is its record, if the catalog kept one. */
export function settleRefusal({ code, sizes }: Refusal, file?: FileRecord): WorkspaceError {
  const detail = sizes
    ? `${sizes.announcedBytes} bytes were announced, but ${sizes.storedBytes} are stored. Nothing was replaced. Open a new upload and send all bytes.`
    : details[code]
  return new WorkspaceError(code, detail, file && { file })
}
