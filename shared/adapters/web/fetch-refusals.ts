import type { WorkspaceError } from '../../model/errors.ts'
import { refusedSource } from '../../media/source-refusals.ts'

/**
 * One error for every host from which nothing can be fetched: unknown, private, silent, refusing, without HTTP, or with an invalid
 * certificate. Different errors would let a caller map the service's network.
 */
export function unreachable(cause?: unknown): WorkspaceError {
  return refusedSource(
    'could not be fetched; use a URL that a public web server answers, or upload the bytes',
    cause,
  )
}

/** One error for every status except 200 (RFC 9110 §15). */
export function noFile(): WorkspaceError {
  return refusedSource(
    'did not return a file; use a URL that answers 200 with the whole file and needs no sign-in',
  )
}

export function brokenBody(cause: unknown): WorkspaceError {
  return refusedSource(
    'was truncated, or was not encoded as its header declares; try again, or upload the bytes',
    cause,
  )
}

export function tooSlow(): WorkspaceError {
  return refusedSource('sent its file too slowly; try again later, or upload the bytes')
}
