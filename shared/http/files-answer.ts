import type { Context } from 'hono'
import type { UploadedFile } from '../api/answers/transfers.ts'
import { fileView } from '../api/file-view.ts'
import type { UploadOutcome } from '../workspace/upload/upload-and-wait.ts'
import type { AppEnv } from './app-env.ts'
import type { FileResult } from './body/form-files.ts'
import { problemOf } from './problem.ts'
import { reportError } from './report-error.ts'
import { publicPath } from './target.ts'

/** Answers 207 with one entry for each file of a form: its record or its problem, and the status that it would have alone. */
export function answerFiles(
  c: Context<AppEnv>,
  results: readonly FileResult<UploadOutcome>[],
): Response {
  return c.json({ files: results.map((result) => entryOf(c, result)) }, 207)
}

function entryOf(c: Context<AppEnv>, result: FileResult<UploadOutcome>): UploadedFile {
  const named = { ...(result.name !== undefined && { name: result.name }) }
  if ('error' in result) return { ...named, ...refused(c, result.error, false) }
  const { value } = result
  if (value.outcome === 'refused') return { ...named, ...refused(c, value.error, true) }
  return { ...named, status: value.outcome === 'ready' ? 201 : 202, file: fileView(value.file) }
}

function refused(c: Context<AppEnv>, error: unknown, uploaded: boolean) {
  reportError(error, c, c.get('log'))
  const problem = problemOf(error, {
    requestId: c.get('requestId'),
    uploaded,
    publicPath: publicPath(c.get('publicUrl')),
  })
  return { status: problem.status, problem }
}
