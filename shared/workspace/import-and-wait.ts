import { setTimeout } from 'node:timers/promises'
import type { Caller } from '../model/access.ts'
import type { FileRecord, PendingFile } from '../model/file.ts'
import { importFile, type ImportPorts, type ImportRequest } from './import.ts'
import type { Wait } from './upload/await-verdict.ts'
import { awaitOutcome, outcomeOf, type UploadOutcome } from './upload/upload-and-wait.ts'

interface ImportWait {
  seconds: number
  /** Cancels the import while the caller waits for it. */
  signal: AbortSignal
  /** Called when the transfer has ended, with or without an error. */
  onTransferred: () => void
  /**
   * Takes over an import whose wait ends before its bytes have arrived; the caller then gets the pending file. Without it
   * the caller waits for the bytes.
   */
  detach?: (importing: Promise<unknown>, file: PendingFile) => void
}

/** Copies a source into the workspace and waits for the verdict. Throws the errors of `importFile` and of the stores. */
export async function importAndWait(
  ports: ImportPorts,
  caller: Caller,
  request: Omit<ImportRequest, 'onReserved' | 'signal'>,
  { seconds, signal, onTransferred, detach }: ImportWait,
): Promise<UploadOutcome> {
  const startedAt = performance.now()
  const left = () => Math.max(0, seconds - (performance.now() - startedAt) / 1000)
  const reserved = Promise.withResolvers<PendingFile>()
  const stop = new AbortController()
  const cancel = () => stop.abort(signal.reason)
  signal.addEventListener('abort', cancel, { once: true })
  if (signal.aborted) cancel()
  const importing = importFile(ports, caller, {
    ...request,
    onReserved: reserved.resolve,
    signal: stop.signal,
  }).finally(onTransferred)

  const unfinishedInTime = async () => {
    const unfinished = await reserved.promise
    await setTimeout(left() * 1000, undefined, { ref: false })
    return { unfinished }
  }
  const first = await Promise.race([importing, ...(detach ? [unfinishedInTime()] : [])])
  if (!('unfinished' in first)) return settled(ports, first, { seconds: left(), signal })
  const { unfinished } = first
  signal.removeEventListener('abort', cancel)
  detach?.(
    importing.then((file) => assertStored(ports, file)),
    unfinished,
  )
  const file = await ports.catalog.get(unfinished.workspaceId, unfinished.id)
  return outcomeOf(file ?? unfinished)
}

/** Waits for the verdict on a pending file. A copy of a file of the caller is ready immediately. */
async function settled(ports: ImportPorts, file: FileRecord, wait: Wait): Promise<UploadOutcome> {
  return file.state === 'pending' ? awaitOutcome(ports, file, wait) : outcomeOf(file)
}

/** Deletes the bytes and throws if the file was deleted while they arrived. */
async function assertStored(ports: ImportPorts, file: FileRecord): Promise<void> {
  const result = await settled(ports, file, { seconds: 0 })
  if (result.outcome === 'refused') throw result.error
}
