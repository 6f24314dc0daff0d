import { WorkspaceError } from '../../model/errors.ts'

/** The scanner's failure in the workspace's words; what went wrong stays inside, as the `cause`. */
export function unavailable(cause: unknown): WorkspaceError {
  const detail = 'The virus scanner gives no verdict at the moment; try again later'
  return new WorkspaceError('scanner-unavailable', detail, {
    cause: cause instanceof Error ? cause : new Error(String(cause)),
  })
}
