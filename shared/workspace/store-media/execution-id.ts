import { invalid } from '../../model/errors.ts'

const pattern = /^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,127}$/

/** Parses an execution's id, the name of its directory. Throws `invalid-request`, also for an id that starts with a dot. */
export function parseExecutionId(input: string): string {
  if (pattern.test(input)) return input
  throw invalid(
    'executionId',
    'must be 1 to 128 of A-Z a-z 0-9 . _ ~ - and not begin with a "."; use the id of the run',
  )
}
