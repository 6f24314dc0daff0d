import { WorkspaceError } from '../model/errors.ts'

/** Refuses a source (of an import, of `storeMedia`), naming the rule it breaks. The cause is for the log alone. */
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
