import { WorkspaceError } from '../model/errors.ts'

/** Makes the error for a source (of an import or of `storeMedia`) that breaks a rule. Only the log shows the cause. */
export function refusedSource(rule: string, cause?: unknown): WorkspaceError {
  return new WorkspaceError('invalid-request', `source: ${rule}`, {
    cause,
    errors: [{ field: 'source', detail: rule }],
  })
}

export function sourceTooLarge(maxBytes: number): WorkspaceError {
  return new WorkspaceError(
    'too-large',
    `The source has more than the ${maxBytes} bytes that a file may have. Use a smaller one.`,
  )
}
