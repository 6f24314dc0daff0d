import type { CallToolResult } from '@modelcontextprotocol/server'
import { WorkspaceError } from '../model/errors.ts'
import { errorWords } from './error-words.ts'

/** Hosts cut longer error texts. */
const maxCharacters = 1000

/** The result for a failed call. */
export function toolError(error: unknown, requestId: string): CallToolResult {
  return { isError: true, content: [{ type: 'text', text: errorText(error, requestId) }] }
}

/**
 * The text for an error. Only errors of Coffer are shown: an unexpected one may contain paths and addresses of the service, so its
 * text has only the id of the request.
 */
export function errorText(error: unknown, requestId: string): string {
  const text =
    error instanceof WorkspaceError
      ? `${error.code}: ${errorWords[error.code](error)}`
      : `internal: The service failed; nothing is wrong with the call. Try again, and report the id ${requestId} if the error persists.`
  return shortened(text)
}

function shortened(text: string): string {
  return text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters - 1).toWellFormed()}…`
}
