import { Readable } from 'node:stream'
import { assertWritable, type Caller } from '../../model/access.ts'
import { WorkspaceError } from '../../model/errors.ts'
import type { Metadata } from '../../model/file.ts'
import type { WorkspacePath } from '../../model/ids.ts'
import type { IfMatch } from '../../model/precondition.ts'
import type { UploadPorts } from '../upload/upload.ts'
import { changeText, type NextVersion, type TextChanged } from './change-text.ts'
import { assertChangeable } from './text-file.ts'

export interface AppendRequest {
  path: WorkspacePath
  bytes: Buffer
  /** For a file that does not exist yet. */
  mimeType: string
  metadata?: Metadata | undefined
  ifMatch?: IfMatch | undefined
  waitSeconds: number
  signal: AbortSignal
}

export type Appended = TextChanged<NextVersion>

/** Every append stores the text again, so a long text is better continued in another file. */
const maxAppendedBytes = 16 * 1024 * 1024

/** The most bytes that one version adds for several calls. */
const maxBatchBytes = 4 * 1024 * 1024

interface Waiting {
  caller: Caller
  request: AppendRequest
  resolve: (appended: Appended) => void
  reject: (error: unknown) => void
}

/**
 * Appends to the text at a path, or creates it. Calls that arrive while another one stores its version are stored together, in their
 * order: n parallel calls make a few versions and not n. Writers in other processes are handled by compare and set.
 */
export function openAppends(
  ports: UploadPorts,
): (caller: Caller, request: AppendRequest) => Promise<Appended> {
  const queues = new Map<string, Waiting[]>()

  async function drain(key: string, queue: Waiting[]): Promise<void> {
    while (queue.length > 0) {
      const batch = queue.splice(0, batchLength(queue))
      // One call may be refused for its bytes, such as a virus. The others are then stored without it.
      const isDone = await appendTogether(ports, batch)
      if (!isDone) for (const one of batch) await appendTogether(ports, [one])
    }
    queues.delete(key)
  }

  return async (caller, request) => {
    // Checks the call before it joins others, whose tokens may allow more.
    assertWritable(caller, request.path)
    const key = `${caller.workspaceId}\n${request.path}`
    const { promise, resolve, reject } = Promise.withResolvers<Appended>()
    const waiting = { caller, request, resolve, reject }
    const queue = queues.get(key)
    if (queue) {
      queue.push(waiting)
    } else {
      const started = [waiting]
      queues.set(key, started)
      void drain(key, started)
    }
    return promise
  }
}

/** Counts the first calls that are stored together. A call with a precondition or metadata is stored alone. */
function batchLength(queue: readonly Waiting[]): number {
  let bytes = 0
  let length = 0
  for (const { request } of queue) {
    bytes += request.bytes.length
    const isAlone = request.ifMatch !== undefined || request.metadata !== undefined
    if (length > 0 && (isAlone || bytes > maxBatchBytes)) break
    length++
    if (isAlone) break
  }
  return length
}

/** Settles the calls of a batch. Resolves to false, with all of them waiting, if a batch of several is refused. */
async function appendTogether(ports: UploadPorts, batch: readonly Waiting[]): Promise<boolean> {
  const open = batch.filter(({ request, reject }) => {
    if (request.signal.aborted) reject(request.signal.reason)
    return !request.signal.aborted
  })
  const [first] = open
  if (!first) return true
  const appended = await appendNow(ports, first, open).catch((error: unknown) => ({ error }))
  const isRefused = 'error' in appended && appended.error instanceof WorkspaceError
  if (isRefused && open.length > 1) return false
  for (const { resolve, reject } of open) {
    if ('error' in appended) reject(appended.error)
    else resolve(appended)
  }
  return true
}

async function appendNow(
  ports: UploadPorts,
  { caller, request }: Waiting,
  batch: readonly Waiting[],
): Promise<Appended> {
  const { mimeType, metadata = {} } = request
  const added = Buffer.concat(batch.map(({ request: { bytes } }) => bytes))
  const changed = await changeText(ports, caller, {
    path: request.path,
    ifMatch: request.ifMatch,
    waitSeconds: request.waitSeconds,
    // The end of one call does not abort the version of several.
    signal: batch.length === 1 ? request.signal : new AbortController().signal,
    next: async (present) => {
      if (!present) return { body: textBody([added]), sizeBytes: added.length, mimeType, metadata }
      const { file, open } = present
      assertChangeable(file, maxAppendedBytes - added.length)
      const old = file.sizeBytes === 0 ? [] : await open()
      return {
        body: textBody(old, [added]),
        sizeBytes: file.sizeBytes + added.length,
        mimeType: file.mimeType,
        metadata: { ...file.metadata, ...request.metadata },
      }
    },
  })
  if (!changed) throw new Error('An append has no next version')
  return changed
}

function textBody(...parts: (Buffer[] | Readable)[]): Readable {
  const joined = async function* () {
    for (const part of parts) yield* part
  }
  return Readable.from(joined(), { objectMode: false })
}
