import { z } from 'zod'
import { invalid, WorkspaceError } from '../errors.ts'
import type { WorkspacePath } from '../ids.ts'

/**
 * What a write does at a taken path: `fail` throws `path-taken`, `replace` moves the owner to the trash, `rename` uses a free
 * numbered name in the same folder.
 */
export const onConflictSchema = z.enum(['fail', 'replace', 'rename'])

export type OnConflict = z.infer<typeof onConflictSchema>

/** The fields of a request that choose an `OnConflict`. `overwrite` is the older one. */
export interface ConflictFields {
  onConflict?: OnConflict | undefined
  overwrite?: boolean | undefined
}

/** `overwrite=true` is `replace`, `overwrite=false` is `fail`. Throws `invalid-request` if the fields contradict each other. */
export function chosenConflict(
  { onConflict, overwrite }: ConflictFields,
  byDefault: OnConflict = 'fail',
): OnConflict {
  const older = overwrite === undefined ? undefined : overwrite ? 'replace' : 'fail'
  if (onConflict !== undefined && older !== undefined && onConflict !== older) {
    throw invalid(
      'onConflict',
      `contradicts "overwrite": ${overwrite} means "${older}"; send only "onConflict"`,
    )
  }
  return onConflict ?? older ?? byDefault
}

export function pathTaken(path: WorkspacePath): WorkspaceError {
  return new WorkspaceError(
    'path-taken',
    `There is already a file at "${path}", or an upload to it. Choose another path, replace it with "onConflict": "replace", or keep both with "rename".`,
  )
}
