import type { Readable } from 'node:stream'
import type { Caller } from '../../model/access.ts'
import { invalid, WorkspaceError } from '../../model/errors.ts'
import type { ReadyFile } from '../../model/file.ts'
import { parseSessionId } from '../../model/path.ts'
import type { ByteRange } from '../../ports/blob-store.ts'
import type { Ports } from '../../ports/ports.ts'
import type { ForeignSource } from '../../ports/sources.ts'
import { readContent } from '../read.ts'
import { readerOf } from '../../media/formats/read-at.ts'
import { formatReference, isReference, withType } from '../../media/reference.ts'
import { assertClean } from './assert-clean.ts'
import { openExecutions, type Execution, type ExecutionsOptions } from './executions.ts'
import { fittingName } from '../../media/fitting-name.ts'
import { isRemote, openSource } from '../open-source.ts'
import { saveOutput, type OutputRecord } from './save-output.ts'
import { toDataUri } from './to-data-uri.ts'
import { detectType } from '../../media/sniff/detect-type.ts'

export const returnFormats = [
  'for_local_processing',
  'for_external_api',
  'for_block_output',
] as const

export type ReturnFormat = (typeof returnFormats)[number]

/** The user and the execution that a file is stored for. */
export interface MediaContext {
  userId: string
  /** Names the directory of local files. */
  executionId: string
  /** The user's workspace; its id equals the user's. Without it, references are neither accepted nor returned. */
  workspaceId?: string
  /** Stores outputs in `/sessions/{sessionId}/`. */
  sessionId?: string
  /** Hides files outside the session, as for a token bound to it. */
  isBoundToSession?: boolean
  /** Origin and metadata of the files that outputs are stored as. Default: `agent-created`, without metadata. */
  outputs?: OutputRecord
}

interface MediaRequest {
  /**
   * A data URI, an http or https URL, `workspace://{id}#{mime}` or `workspace:///{path}`, `gcs://{bucket}/{object}`, or a path
   * in the directory of the execution.
   */
  file: string
  context: MediaContext
  returnFormat: ReturnFormat
  signal?: AbortSignal
}

export type MediaPorts = Pick<
  Ports,
  'catalog' | 'blobs' | 'scanner' | 'quarantine' | 'sources' | 'now' | 'newId' | 'limits'
>

export interface Media {
  /**
   * Reads a file in any of the five forms and returns it in the requested format:
   * - `for_local_processing`: its path relative to `{temporaryDirectory}/exec_file/{executionId}/`;
   * - `for_external_api`: a data URI with the type detected from its bytes;
   * - `for_block_output`: a reference if the context has a workspace, else a data URI. A reference is returned
   *   unchanged, with its type appended if it has none.
   * The returned bytes are scanned. Throws `WorkspaceError`. Leaves the directory unchanged on failure.
   */
  storeMedia(request: MediaRequest): Promise<string>
  /** Creates the directory of an execution before its first file. Resolves to its path. */
  prepareExecution(executionId: string): Promise<string>
  /** Aborts the operations of an execution and removes its directory. A missing directory is no error. */
  cleanExecution(executionId: string): Promise<void>
}

/** Call once per process: the instance counts the bytes of each execution, exactly under any concurrency. */
export function openMedia(ports: MediaPorts, options: ExecutionsOptions): Media {
  const executions = openExecutions(options)
  return {
    storeMedia: async ({ file, context, returnFormat, signal }) => {
      const caller = callerOf(context)
      if (!returnFormats.includes(returnFormat)) {
        throw invalid('returnFormat', `must be one of ${returnFormats.join(', ')}`)
      }
      return executions.within(context.executionId, signal, (execution) => {
        const store: Store = { ports, caller, context, execution, returnFormat }
        return isRemote(file) ? storeRemote(store, file) : storeLocal(store, file)
      })
    },
    prepareExecution: (executionId) => executions.prepare(executionId),
    cleanExecution: (executionId) => executions.clean(executionId),
  }
}

interface Store {
  ports: MediaPorts
  caller: Caller
  context: MediaContext
  execution: Execution
  returnFormat: ReturnFormat
}

function callerOf({ userId, workspaceId, sessionId, isBoundToSession }: MediaContext): Caller {
  if (workspaceId !== undefined && workspaceId !== userId) {
    throw new WorkspaceError(
      'forbidden',
      'A workspace has the id of its user, and the context names another one. Use the workspace of the user, or none.',
    )
  }
  const session = sessionId === undefined ? undefined : parseSessionId(sessionId, 'sessionId')
  if (isBoundToSession !== true) return { workspaceId: userId }
  if (session === undefined)
    throw invalid('sessionId', 'is missing in a context that is bound to it')
  return { workspaceId: userId, session }
}

async function storeRemote(store: Store, text: string): Promise<string> {
  const { ports, caller, context, execution } = store
  if (isReference(text) && context.workspaceId === undefined) {
    throw invalid('source', 'is a reference, and the context has no workspaceId to find it in')
  }
  const options = { maxBytes: ports.limits.maxFileBytes, signal: execution.signal }
  const source = await openSource(ports, caller, text, options)
  if ('file' in source) return storeOwn(store, source.file, text)
  try {
    return await storeForeign(store, source)
  } finally {
    source.body.destroy()
  }
}

/** Does not scan the file again: it was scanned when it became ready. */
async function storeOwn(store: Store, file: ReadyFile, text: string): Promise<string> {
  const { ports, caller, context, execution, returnFormat } = store
  const { id, name, mimeType, sizeBytes } = file
  const hasWorkspace = context.workspaceId !== undefined
  if (returnFormat === 'for_block_output' && hasWorkspace) {
    return isReference(text) ? withType(text, mimeType) : formatReference({ id, mimeType })
  }
  const { open } = await readContent(ports, caller, { id })
  if (returnFormat !== 'for_local_processing') return toDataUri(mimeType, sizeBytes, () => open())
  await using staged = await execution.stage(await open(), ports.limits.maxFileBytes)
  return await execution.publish(staged, localName(name, mimeType))
}

async function storeForeign(
  store: Store,
  source: ForeignSource,
  { isLocal = false } = {},
): Promise<string> {
  const { ports, caller, context, execution, returnFormat } = store
  const { signal } = execution
  using _ = destroyOnAbort(signal, source.body)
  if (returnFormat === 'for_block_output' && context.workspaceId !== undefined) {
    const { sessionId, outputs } = context
    return await saveOutput(ports, caller, { source, sessionId, signal, record: outputs })
  }
  await using staged = await execution.stage(source.body, ports.limits.maxFileBytes)
  await assertClean(ports, staged, { workspaceId: caller.workspaceId, signal, isLocal })
  const { declaredType: declared, name } = source
  const hint = { name: name ?? '', ...(declared !== undefined && { declared }) }
  const read = readerOf(async (range) => staged.open(range), staged)
  const { sizeBytes } = staged
  const mimeType = await detectType(staged.head, hint, { sizeBytes, read })
  if (returnFormat === 'for_local_processing') {
    return await execution.publish(staged, localName(name, mimeType))
  }
  return await toDataUri(mimeType, staged.sizeBytes, async () => staged.open())
}

/** Scans the file: the execution may have written it. */
async function storeLocal(store: Store, file: string): Promise<string> {
  const { ports, caller, execution, returnFormat } = store
  const path = await execution.locate(file)
  await using handle = await execution.open(path)
  const { size: sizeBytes } = await handle.stat()
  const open = (range?: ByteRange): Readable =>
    handle.createReadStream({ autoClose: false, start: 0, ...range })
  if (returnFormat !== 'for_local_processing') {
    const name = path.slice(path.lastIndexOf('/') + 1)
    return await storeForeign(store, { body: open(), name }, { isLocal: true })
  }
  assertSize(sizeBytes, ports.limits.maxFileBytes)
  const { signal } = execution
  const scanning = { workspaceId: caller.workspaceId, signal, isLocal: true }
  await assertClean(ports, { sizeBytes, open }, scanning)
  return path
}

/** Replaces a name that begins with a dash, because a program would read it as an option. */
function localName(name: string | undefined, mimeType: string): string {
  return fittingName(name?.startsWith('-') === true ? undefined : name, mimeType)
}

/** Destroys a body when the signal is aborted, because a stalled read does not check the signal. */
function destroyOnAbort(signal: AbortSignal, body: Readable): Disposable {
  const end = () => body.destroy(signal.reason as Error)
  // The reader of the body gets the error. Without this listener, an error before the first read ends the process.
  body.on('error', () => undefined)
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', end) }
}

function assertSize(sizeBytes: number, maxBytes: number): void {
  if (sizeBytes <= maxBytes) return
  throw new WorkspaceError(
    'too-large',
    `The file has ${sizeBytes} bytes, and may have at most ${maxBytes}. Use a smaller one.`,
  )
}
