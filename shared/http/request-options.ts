import type { Context } from 'hono'
import { chosenNormalization, normalizationTextSchema } from '../api/normalization.ts'
import { invalid, WorkspaceError } from '../model/errors.ts'
import type { IfMatch } from '../model/precondition.ts'
import type { NormalizeOptions } from '../ports/renderer.ts'
import type { AppEnv } from './app-env.ts'
import { parseWritePreconditions } from './protocol/conditional.ts'
import { parseWait } from './protocol/prefer.ts'
import { parseQuery } from './query.ts'
import { presetHeader } from './server/preset-header.ts'

/** The time that an upload waits for its verdict without `Prefer: wait`. */
const defaultWaitSeconds = 10
const maxWaitSeconds = 60

/** The seconds of `Prefer: wait=N`, at most 60. Sets `Preference-Applied` if the preference is given. */
export function waitSeconds(c: Context<AppEnv>, byDefault = defaultWaitSeconds): number {
  const preferred = parseWait(c.req.header('Prefer') ?? '')
  if (preferred === undefined) return byDefault
  const seconds = Math.min(preferred, maxWaitSeconds)
  presetHeader(c, 'Preference-Applied', `wait=${seconds}`)
  return seconds
}

/**
 * The options to normalize an uploaded image (`normalize=image`); undefined to store its bytes unchanged. Reads only the query,
 * because the fields of a form may follow its file.
 */
export function normalizationOf(c: Context<AppEnv>): NormalizeOptions | undefined {
  return chosenNormalization(parseQuery(c, normalizationTextSchema))
}

/** Parses `Idempotency-Key`: a repeated request with the same key has no second effect. */
export function idempotencyKey(c: Context<AppEnv>): string | undefined {
  const key = c.req.header('Idempotency-Key')
  if (key === undefined || /^[!-~]{1,128}$/.test(key)) return key
  throw invalid('Idempotency-Key', 'must be 1 to 128 visible ASCII characters, such as a UUID')
}

/**
 * The version that a PATCH or DELETE expects. Throws `precondition-failed` for `If-None-Match: *`, which never holds for an
 * existing file (RFC 9110 §13.1.2).
 */
export function changePreconditions(c: Context<AppEnv>): { ifMatch: IfMatch | undefined } {
  const { mustReplace, mustBeAbsent } = parseWritePreconditions((name) => c.req.header(name))
  if (!mustBeAbsent) return { ifMatch: mustReplace }
  throw new WorkspaceError(
    'precondition-failed',
    '"If-None-Match: *" holds only where there is no file; leave it out to change this one.',
  )
}
