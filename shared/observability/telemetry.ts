import type { Ports } from '../ports/ports.ts'
import type { SweepReport } from '../workspace/sweep/report.ts'

/** Where in a trace something happens (W3C Trace Context §3.2): ids in lower-case hexadecimal. */
export interface TraceContext {
  traceId: string
  spanId: string
  sampled: boolean
}

export interface TelemetryOptions {
  serviceName: string
  /** The instance may sleep between requests: what there is goes out after each of them. */
  flushAfterRequests: boolean
}

/** Traces and metrics, where they are configured. No name, path or id of a user's is ever part of them. */
export interface Telemetry extends AsyncDisposable {
  /** The same ports, with a span and a duration for each of their operations. */
  instrument(ports: Ports): Ports

  /** Opens a span; what `run` does belongs to it, until `end`. */
  startRequest(request: { method: string; parent: TraceContext | undefined }): RequestSpan

  /** One event as a span. Where the instance may sleep, resolves when that has gone out. */
  event<Result>(
    name: string,
    parent: TraceContext | undefined,
    work: (trace: TraceContext) => Promise<Result>,
  ): Promise<Result>

  /** Counts what a sweep did. */
  swept(report: SweepReport): void

  /** Sends what there is; never throws, for nothing depends on it. */
  flush(): Promise<void>
}

export interface RequestSpan {
  readonly trace: TraceContext
  run<Result>(work: () => Promise<Result>): Promise<Result>
  end(answer: { status: number; route: string | undefined }): void
}
