import type { Context } from 'hono'
import type { FileRecord } from '../model/file.ts'
import type { UploadOutcome } from '../workspace/upload/upload-and-wait.ts'
import type { AppEnv } from './app-env.ts'
import { etagOf } from './protocol/entity-tag.ts'
import { fileViewJson } from '../api/file-view.ts'
import { jsonAnswer } from './plain-answer.ts'
import { basePath, locationUrl } from './target.ts'

const retryAfterSeconds = 1

/** Answers 201 with the `ETag` for a ready file, 202 for a pending one. Throws a refusal; a bad verdict is then 422. */
export function answerOutcome(c: Context<AppEnv>, result: UploadOutcome): Response {
  if (result.outcome === 'refused') {
    c.set('uploaded', true)
    throw result.error
  }
  const headers = { Location: locationOf(c, result.file) }
  if (result.outcome === 'ready') return answerFile(result.file, 201, headers)
  return answerFile(result.file, 202, { ...headers, 'Retry-After': `${retryAfterSeconds}` })
}

/** Answers a file's record. */
export function answerFile(
  file: FileRecord,
  status: 200 | 201 | 202 = 200,
  headers: Record<string, string> = {},
): Response {
  const tag = file.state === 'ready' ? { ETag: etagOf(file.checksum) } : {}
  return jsonAnswer(fileViewJson(file), status, { ...headers, ...tag })
}

export function locationOf(c: Context<AppEnv>, file: Pick<FileRecord, 'id'>): string {
  return locationUrl(c, `${basePath}/files/${file.id}`)
}
