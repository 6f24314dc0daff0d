import { inspect } from 'node:util'
import type { Config } from '../../shared/config/config.ts'
import { WorkspaceError } from '../../shared/model/errors.ts'
import type { LogEntry } from '../../shared/observability/log.ts'
import { scanEntry } from '../../shared/observability/scan-log.ts'
import { traceContextOf } from '../../shared/observability/trace-context.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'

/** The members of a CloudEvent that are read. A request may contain anything. */
export interface CloudEvent {
  id?: unknown
  type?: unknown
  data?: unknown
  /** The CloudEvents extension for distributed tracing. */
  traceparent?: unknown
}

export interface ScanHandler {
  /** Loads the code of `scan` and opens its ports. */
  open: () => Promise<unknown>
  /** Handles one CloudEvent. Resolves if the event needs no redelivery, and throws otherwise. */
  handle: (event: CloudEvent | undefined) => Promise<void>
}

/** Hands events to the function `scan`, with a trace and one log line for each. */
export function scanHandler(
  config: Config,
  log: (entry: LogEntry) => void,
  running: () => Promise<Pick<Runtime, 'ports' | 'telemetry'>>,
): ScanHandler {
  const bucket = config.storage.kind === 'gcp' ? config.storage.bucket : undefined
  const opened = () => Promise.all([running(), import('../scan.ts')])

  async function handle(given: CloudEvent | undefined): Promise<void> {
    // The framework passes undefined for a request without a body.
    const event = given ?? {}
    const [{ ports, telemetry }, { scanFunction }] = await opened()
    const startedAt = performance.now()
    const { traceparent } = event
    const parent = traceContextOf((name) =>
      name === 'traceparent' && typeof traceparent === 'string' ? traceparent : undefined,
    )
    const deliver = async (trace = parent) => {
      const about = { ...(typeof event.id === 'string' && { requestId: event.id }), trace }
      try {
        const outcome = await scanFunction(ports, bucket, event)
        log({ ...scanEntry(outcome, startedAt), ...about })
      } catch (error) {
        log({ ...failureEntry(error), ...about })
        throw redelivery(event.id)
      }
    }
    await (telemetry ? telemetry.event('scan', parent, deliver) : deliver())
  }

  return { open: opened, handle }
}

function failureEntry(error: unknown) {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof WorkspaceError) {
    return { severity: 'WARNING' as const, message: `The event will be tried again: ${message}` }
  }
  return { severity: 'ERROR' as const, message, stack_trace: inspect(error) }
}

/** An error for the framework, which requests redelivery. The framework prints its stack and may answer its message. */
function redelivery(eventId: unknown): Error {
  const error = new Error(`The event ${String(eventId)} failed and must be delivered again`)
  error.stack = error.message
  return error
}
