import type { Context } from 'hono'
import type { FileRecord, PendingFile } from '../model/file.ts'
import type { Ports } from '../ports/ports.ts'
import { notServed } from '../workspace/read.ts'
import { awaitOwnVerdict } from '../workspace/upload/upload.ts'
import type { AppEnv } from './app-env.ts'
import { etagOf } from './protocol/entity-tag.ts'
import { fileView } from '../api/file-view.ts'
import { basePath, locationUrl } from './target.ts'

const retryAfterSeconds = 1

/**
 * The answer to bytes that have arrived: 201 once the file is ready, 202 while it is pending, 422 for what the scanner
 * refused. Waits for the verdict as long as the caller prefers.
 */
export async function answerUpload(
  ports: Pick<Ports, 'catalog' | 'blobs'>,
  c: Context<AppEnv>,
  file: PendingFile,
  waitSeconds: number,
): Promise<Response> {
  c.set('uploaded', true)
  const signal = c.req.raw.signal
  return answerCreated(c, await awaitOwnVerdict(ports, file, { seconds: waitSeconds, signal }))
}

/** The answer to a created file: its `Location`, and its `ETag` if it is ready. */
export function answerCreated(c: Context<AppEnv>, file: FileRecord): Response {
  c.header('Location', locationOf(c, file))
  if (file.state === 'ready') return answerFile(c, file, 201)
  if (file.state !== 'pending') throw notServed(file)
  c.header('Retry-After', `${retryAfterSeconds}`)
  return answerFile(c, file, 202)
}

/** A file's record. */
export function answerFile(
  c: Context<AppEnv>,
  file: FileRecord,
  status: 200 | 201 | 202 = 200,
): Response {
  if (file.state === 'ready') c.header('ETag', etagOf(file.checksum))
  return c.json(fileView(file), status)
}

export function locationOf(c: Context<AppEnv>, file: Pick<FileRecord, 'id'>): string {
  return locationUrl(c, `${basePath}/files/${file.id}`)
}
