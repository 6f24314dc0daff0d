import type { Context } from 'hono'
import type { FileRecord } from '../model/file.ts'
import type { UploadOutcome } from '../workspace/upload/upload-and-wait.ts'
import type { AppEnv } from './app-env.ts'
import { etagOf } from './protocol/entity-tag.ts'
import { fileView } from '../api/file-view.ts'
import { basePath, locationUrl } from './target.ts'

const retryAfterSeconds = 1

/** Answers 201 with the `ETag` for a ready file, 202 for a pending one. Throws a refusal; a bad verdict is then 422. */
export function answerOutcome(c: Context<AppEnv>, result: UploadOutcome): Response {
  if (result.outcome === 'refused') {
    c.set('uploaded', true)
    throw result.error
  }
  c.header('Location', locationOf(c, result.file))
  if (result.outcome === 'ready') return answerFile(c, result.file, 201)
  c.header('Retry-After', `${retryAfterSeconds}`)
  return answerFile(c, result.file, 202)
}

/** Answers a file's record. */
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
