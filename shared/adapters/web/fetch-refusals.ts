import type { WorkspaceError } from '../../model/errors.ts'
import { refusedSource } from '../../media/source-refusals.ts'

/**
 * The same error for every host that cannot be fetched from: unknown, private, silent, refusing, without HTTP, or with an invalid
 * certificate. Different errors would let a caller map the service's network.
 */
export function unreachable(cause?: unknown): WorkspaceError {
  return refusedSource(
    'could not be fetched; use a URL that a public web server answers, or upload the bytes',
    cause,
  )
}

/** The same error for every status but 200 (RFC 9110 §15). */
export function noFile(): WorkspaceError {
  return refusedSource(
    'was not answered with a file; use a URL that answers 200 with the whole file and needs no sign-in',
  )
}

export function brokenBody(cause: unknown): WorkspaceError {
  return refusedSource(
    'broke off or was not encoded as it said; try again, or upload the bytes',
    cause,
  )
}

export function tooSlow(): WorkspaceError {
  return refusedSource('sent its file too slowly; try again later, or upload the bytes')
}
