import { pipeline, Transform, type Readable } from 'node:stream'
import { fittingName } from '../media/fitting-name.ts'
import { openSource, type OpenedSource } from './open-source.ts'
import { parseEssence } from '../media/essence.ts'
import type { Caller } from '../model/access.ts'
import { WorkspaceError } from '../model/errors.ts'
import type { FileRecord, Metadata, Origin, PendingFile } from '../model/file.ts'
import { normalizedBody } from './normalize.ts'
import { nameOf } from '../model/path.ts'
import type { Ports } from '../ports/ports.ts'
import type { NormalizeOptions } from '../ports/renderer.ts'
import { trackProgress } from './upload/progress.ts'
import { readContent } from './read.ts'
import { copy } from './update.ts'
import { settleRefusal } from './upload/refusal.ts'
import { upload } from './upload/upload.ts'
import type { UploadTarget } from '../model/reservation.ts'

export type ImportPorts = Pick<
  Ports,
  'catalog' | 'blobs' | 'sources' | 'renderer' | 'now' | 'newId' | 'limits'
>

/** Name and type as the source declares them. */
export interface SourceFile {
  name: string
  mimeType: string
  /** `metadata` and `origin` are set only if the source is a file of the caller. */
  metadata?: Metadata
  origin?: Origin
}

export interface ImportRequest {
  /** A data URI, an http or https URL, a `workspace://` reference or a `gcs://` object. */
  source: string
  /** Returns the target for the declared name and type. */
  target: (file: SourceFile) => UploadTarget
  normalization?: NormalizeOptions | undefined
  /** Called when the pending record exists, before the first byte arrives. */
  onReserved?: (file: PendingFile) => void
  signal: AbortSignal
}

const unknownType = 'application/octet-stream'

/** A transfer ends after ten minutes at most, so a reservation that is an hour old belongs to a crashed process. */
const expirySeconds = 3600

/** Interval of the progress updates in the record. A shorter transfer writes none. */
const progressSeconds = 3

/**
 * Copies a source into the workspace. A file of the caller is already scanned, so it is copied inside the store and ready
 * immediately. Other sources are streamed into a pending file whose record shows the progress. Stores nothing on failure.
 * Throws `gone` if the file is deleted during the import.
 */
export async function importFile(
  ports: ImportPorts,
  caller: Caller,
  request: ImportRequest,
): Promise<FileRecord> {
  const { signal, normalization, target } = request
  const { maxFileBytes: maxBytes } = ports.limits
  const source = await openSource(ports, caller, request.source, { maxBytes, signal })
  if ('file' in source && !normalization) {
    const { id } = source.file
    const { mimeType: _, ...to } = target(source.file)
    return copy(ports, caller, { id, ...to })
  }
  const body = await bodyOf(ports, caller, source)
  try {
    return await receive(ports, caller, { ...request, body, source })
  } finally {
    body.destroy()
  }
}

interface Transfer extends Omit<ImportRequest, 'source'> {
  source: OpenedSource
  body: Readable
}

async function receive(
  ports: ImportPorts,
  caller: Caller,
  { source, body, normalization, signal, onReserved, ...request }: Transfer,
): Promise<PendingFile> {
  const { limits, catalog, now } = ports
  const target = request.target(describe(source))
  const exactBytes = normalization || 'file' in source ? undefined : source.sizeBytes
  const sizeBytes = exactBytes ?? (await availableBytes(ports, caller, target))
  const cancelled = new AbortController()
  const cancel = () => cancelled.abort(settleRefusal({ code: 'gone' }))
  const counter = countBytes()
  pipeline(body, counter.stream, () => undefined)
  await using tracking = new AsyncDisposableStack()
  try {
    return await upload(ports, caller, {
      name: nameOf(target.path),
      mimeType: target.mimeType,
      body: normalization ? normalizedBody(ports, counter.stream, normalization) : counter.stream,
      target,
      sizeBytes,
      expiresAt: new Date(now().getTime() + expirySeconds * 1000),
      signal: AbortSignal.any([signal, cancelled.signal]),
      onReserved: (file) => {
        tracking.use(trackProgress(catalog, file, { ...counter, cancel, seconds: progressSeconds }))
        onReserved?.(file)
      },
    })
  } catch (error) {
    cancelled.signal.throwIfAborted()
    signal.throwIfAborted()
    const isFull = error instanceof WorkspaceError && error.code === 'too-large'
    throw isFull && sizeBytes < limits.maxFileBytes && exactBytes === undefined
      ? quotaFull(sizeBytes)
      : error
  }
}

function describe(source: OpenedSource): SourceFile {
  if ('file' in source) return source.file
  const mimeType = parseEssence(source.declaredType ?? '') ?? unknownType
  return { mimeType, name: source.name ?? fittingName(undefined, mimeType) }
}

async function bodyOf(ports: ImportPorts, caller: Caller, source: OpenedSource): Promise<Readable> {
  if (!('file' in source)) return source.body
  const { open } = await readContent(ports, caller, { id: source.file.id })
  return open()
}

/** Returns the limit for a source of unknown size: the file limit, or the free quota with the bytes that an overwrite replaces. */
async function availableBytes(
  { catalog, limits }: ImportPorts,
  { workspaceId }: Caller,
  { path, onConflict }: UploadTarget,
): Promise<number> {
  const { quotaBytes, liveBytes, reservedBytes } = await catalog.usage(workspaceId)
  const freeBytes = Math.max(0, quotaBytes - liveBytes - reservedBytes)
  const current = onConflict === 'replace' ? await catalog.getByPath(workspaceId, path) : undefined
  const replacedBytes = current?.state === 'ready' && !current.isDeleted ? current.sizeBytes : 0
  return Math.max(1, Math.min(limits.maxFileBytes, freeBytes + replacedBytes))
}

function countBytes(): { stream: Transform; receivedBytes: () => number } {
  let bytes = 0
  const stream = new Transform({
    transform(chunk: Buffer, _, done) {
      bytes += chunk.length
      done(null, chunk)
    },
  })
  return { stream, receivedBytes: () => bytes }
}

function quotaFull(freeBytes: number): WorkspaceError {
  return new WorkspaceError(
    'quota-exceeded',
    `The source has more than the ${freeBytes} bytes that are free in the workspace. Delete files you do not need and try again.`,
  )
}
