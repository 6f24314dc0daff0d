import { WorkspaceError } from '../model/errors.ts'

/** The error for a source (of an import or of `storeMedia`) that breaks a rule. Only the log contains the cause. */
export function refusedSource(rule: string, cause?: unknown): WorkspaceError {
  return new WorkspaceError('invalid-request', `source: ${rule}`, {
    cause,
    errors: [{ field: 'source', detail: rule }],
  })
}

export function sourceTooLarge(maxBytes: number): WorkspaceError {
  return new WorkspaceError(
    'too-large',
    `The source is larger than the limit of ${maxBytes} bytes. Use a smaller one.`,
  )
}
