import { WorkspaceError } from '../../model/errors.ts'

/** Returns the `scanner-unavailable` error. Only the log contains the cause. */
export function unavailable(cause: unknown): WorkspaceError {
  const detail = 'The virus scanner gives no verdict at the moment; try again later'
  return new WorkspaceError('scanner-unavailable', detail, {
    cause: cause instanceof Error ? cause : new Error(String(cause)),
  })
}
