import type { Context } from 'hono'
import { inspect } from 'node:util'
import { WorkspaceError, type ErrorCode } from '../model/errors.ts'
import type { LogEntry } from '../observability/log.ts'
import type { AppEnv } from './app-env.ts'
import { isClientAbort } from './server/client-abort.ts'

/** Errors whose cause an operator needs in the log. */
const outages: ReadonlySet<ErrorCode> = new Set([
  'identity-unavailable',
  'store-unavailable',
  'renderer-unavailable',
])

/** Logs an outage or a fault of the service. Refusals and aborted requests have only the line of the request. */
export function reportError(
  error: unknown,
  c: Context<AppEnv>,
  log: (entry: LogEntry) => void,
): void {
  const about = { requestId: c.get('requestId'), trace: c.get('trace') }
  if (error instanceof WorkspaceError) {
    if (!outages.has(error.code)) return
    const { message, cause } = error
    log({ severity: 'WARNING', message, ...about, error: String(cause) })
  } else if (!isClientAbort(error, c.req.raw.signal)) {
    const message = error instanceof Error ? error.message : String(error)
    log({ severity: 'ERROR', message, ...about, stack_trace: inspect(error) })
  }
}
