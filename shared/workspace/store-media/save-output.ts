import type { Caller } from '../../model/access.ts'
import { deleteBytes } from '../delete-bytes.ts'
import type { FileRecord, Metadata, Origin, PendingFile, ReadyFile } from '../../model/file.ts'
import { parseName, parsePath, parseSessionId } from '../../model/path.ts'
import type { Ports } from '../../ports/ports.ts'
import type { ForeignSource } from '../../ports/sources.ts'
import { readyFile } from '../read.ts'
import { scan } from '../scan/scan.ts'
import { settleRefusal } from '../upload/refusal.ts'
import { releaseReservation } from '../upload/reserve.ts'
import { upload } from '../upload/upload.ts'
import { formatReference } from '../../media/reference.ts'
import { detectType, sniffedBytes } from '../../media/sniff/detect-type.ts'
import { fittingName } from '../../media/fitting-name.ts'
import { peek } from './peek.ts'

type OutputPorts = Pick<
  Ports,
  'catalog' | 'blobs' | 'scanner' | 'quarantine' | 'now' | 'newId' | 'limits'
>

/** How the record of an output tells where the file comes from. */
export interface OutputRecord {
  origin: Origin
  metadata: Metadata
}

interface Output {
  source: ForeignSource
  sessionId: string | undefined
  signal: AbortSignal
  record?: OutputRecord | undefined
}

const byAgent: OutputRecord = { origin: 'agent-created', metadata: {} }

/**
 * Stores a file in the workspace under a free name and returns its reference when it is ready. Scans the file itself; the
 * finalize event then finds it settled.
 */
export async function saveOutput(
  ports: OutputPorts,
  caller: Caller,
  { source, sessionId, signal, record = byAgent }: Output,
): Promise<string> {
  const { head, whole: body } = await peek(source.body, sniffedBytes)
  const { declaredType: declared, name: sourceName } = source
  const hint = { name: sourceName ?? '', ...(declared !== undefined && { declared }) }
  const mimeType = await detectType(head, hint)
  const name = fittingName(usable(sourceName), mimeType)
  const session = sessionId === undefined ? undefined : parseSessionId(sessionId)
  const pending = await upload(ports, caller, {
    name,
    mimeType,
    body,
    target: {
      path: parsePath(session === undefined ? `/${name}` : name, session),
      mimeType,
      ...record,
      onConflict: 'rename',
    },
    ...(source.sizeBytes !== undefined && { sizeBytes: source.sizeBytes }),
    signal,
  })
  const file = await settled(ports, caller, pending, signal)
  return formatReference({ id: file.id, mimeType: file.mimeType })
}

async function settled(
  ports: OutputPorts,
  caller: Caller,
  pending: PendingFile,
  signal: AbortSignal,
): Promise<ReadyFile> {
  try {
    const blob = await ports.blobs.stat(pending.storagePath)
    const result = blob && (await scan(ports, blob, signal))
    if (result?.refusal !== undefined) throw settleRefusal({ code: result.refusal })
    return await readyFile(ports, caller, { id: pending.id })
  } catch (error) {
    // No caller will use the file. It is pending, or the scan of its finalize event has made it ready already.
    const released = await releaseReservation(ports, pending)
    await deleteBytes(ports, [released ?? (await purgeIfReady(ports, pending))])
    throw error
  }
}

async function purgeIfReady(
  { catalog }: OutputPorts,
  { workspaceId, id }: PendingFile,
): Promise<FileRecord | undefined> {
  const file = await catalog.get(workspaceId, id)
  return file?.state === 'ready' ? catalog.purge(workspaceId, id) : undefined
}

/** Returns a source's name if it is valid in a workspace. */
function usable(name: string | undefined): string | undefined {
  try {
    return name === undefined ? undefined : parseName(name)
  } catch {
    return undefined
  }
}
