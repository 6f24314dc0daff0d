import { z } from 'zod'
import type { CallToolResult } from '@modelcontextprotocol/server'
import type { FileRecord } from '../model/file.ts'
import { outcomeOf, type UploadOutcome } from '../workspace/upload/upload-and-wait.ts'
import { tagOf } from './etag.ts'
import { structured } from './tool.ts'

/** The shape of the answer of each tool that stores a file. */
export const storedOutput = z.object({
  path: z.string(),
  id: z.string(),
  sizeBytes: z.int(),
  mimeType: z.string(),
  state: z.string(),
  etag: z.string().optional(),
  replaced: z.string().optional().describe('etag of the version that is now in the trash'),
  next: z.string().optional(),
})

/** Describes a stored file. Throws the refusal of the scanner. A pending verdict is no error. */
export function storedResult(outcome: UploadOutcome, replaced?: FileRecord): CallToolResult {
  if (outcome.outcome === 'refused') throw outcome.error
  const { file } = outcome
  const { path, id, sizeBytes, mimeType, state } = file
  const etag = tagOf(file)
  return structured({
    path,
    id,
    sizeBytes,
    mimeType,
    state,
    ...(etag !== undefined && { etag }),
    ...(replaced && { replaced: tagOf(replaced) }),
    ...(state === 'pending' && { next: awaitCall(id) }),
  })
}

export function recordResult(file: FileRecord): CallToolResult {
  return storedResult(outcomeOf(file))
}

/** The call that waits for a verdict. */
export function awaitCall(id: string): string {
  return `Not scanned yet: get_workspace_file file="${id}" waitSeconds=30`
}
