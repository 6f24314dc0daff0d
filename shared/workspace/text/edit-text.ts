import { applyEdits, type TextEdit } from '../../media/edits/apply-edits.ts'
import type { Caller } from '../../model/access.ts'
import { invalid, WorkspaceError } from '../../model/errors.ts'
import type { ReadyFile } from '../../model/file.ts'
import type { WorkspacePath } from '../../model/ids.ts'
import type { IfMatch } from '../../model/precondition.ts'
import type { UploadPorts } from '../upload/upload.ts'
import { changeText, type StoredOutcome } from './change-text.ts'
import { assertChangeable, bodyOf, wholeText } from './text-file.ts'

/** The longest text that is edited, before and after it. It is in memory twice. */
const maxEditedBytes = 1024 * 1024

export interface EditRequest {
  path: WorkspacePath
  edits: readonly TextEdit[]
  ifMatch?: IfMatch | undefined
  /** Stores nothing. */
  dryRun: boolean
  waitSeconds: number
  signal: AbortSignal
}

export interface Edited {
  before: string
  after: string
  replacements: number
  /** The version that the edits were applied to. */
  base: ReadyFile
  /** Undefined for a dry run. */
  outcome: StoredOutcome | undefined
}

/** Applies edits to the text at a path: all of them, to one version, or none. */
export async function editText(
  ports: UploadPorts,
  caller: Caller,
  { path, edits, dryRun, ...request }: EditRequest,
): Promise<Edited> {
  let edited: Omit<Edited, 'outcome'> | undefined
  const changed = await changeText(ports, caller, {
    ...request,
    path,
    next: async (present) => {
      if (!present) throw nothingToEdit(path)
      const { file } = present
      assertChangeable(file, maxEditedBytes)
      const before = await wholeText(present)
      const { text: after, replacements } = await applyEdits(before, edits, maxEditedBytes)
      if (Buffer.byteLength(after) > maxEditedBytes) throw tooLongAfter()
      if (after === before) throw invalid('edits', 'change nothing; the new text is the old one')
      edited = { before, after, replacements, base: file }
      if (dryRun) return undefined
      const bytes = Buffer.from(after)
      const { mimeType, metadata } = file
      return { body: bodyOf(bytes), sizeBytes: bytes.length, mimeType, metadata }
    },
  })
  if (!edited) throw new Error('A text was changed without an edit')
  return { ...edited, outcome: changed?.outcome }
}

function tooLongAfter(): WorkspaceError {
  return new WorkspaceError(
    'too-large',
    `The edits make the text longer than ${maxEditedBytes} bytes, which is the most for an edited text. Nothing was changed; write a new file instead.`,
  )
}

function nothingToEdit(path: WorkspacePath): WorkspaceError {
  return new WorkspaceError('not-found', `There is no file at "${path}".`)
}
