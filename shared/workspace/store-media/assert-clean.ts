import type { Readable } from 'node:stream'
import { WorkspaceError } from '../../model/errors.ts'
import { scanBody } from '../scan/scan-body.ts'
import type { ByteRange } from '../../ports/blob-store.ts'
import type { Ports } from '../../ports/ports.ts'
import { explainUnscannable } from '../../model/unscannable.ts'

/** Bytes on the disk that can be read repeatedly. */
export interface LocalBytes {
  sizeBytes: number
  open: (range?: ByteRange) => Readable
}

/** Throws `infected`, `unscannable` or `scanner-unavailable` unless the verdict on a body is clean. */
export async function assertClean(
  ports: Pick<Ports, 'scanner' | 'now'>,
  { sizeBytes, open }: LocalBytes,
  { isLocal, ...scanning }: { workspaceId: string; signal: AbortSignal; isLocal: boolean },
): Promise<void> {
  // Empty files are clean without a scan.
  if (sizeBytes === 0) return
  const body = open()
  const reopen = async (range?: ByteRange) => open(range)
  const options = { ...scanning, reopen }
  const found = await scanBody(ports, body, options).finally(() => body.destroy())
  if (found.verdict === 'clean') return
  const remains = isLocal ? 'is still in the directory of the execution' : 'was not kept'
  if (found.verdict === 'infected') {
    throw new WorkspaceError(
      'infected',
      `The source is infected (${found.threat}) and ${remains}. Use another one.`,
    )
  }
  throw new WorkspaceError(
    'unscannable',
    `The source could not be scanned (${found.reason}) and ${remains}: ${explainUnscannable(found.reason)}`,
  )
}
