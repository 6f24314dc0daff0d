import type { Ports } from '../ports/ports.ts'
import type { SweepReport } from '../workspace/sweep/report.ts'

/** A position in a trace (W3C Trace Context §3.2). Ids are lower-case hexadecimal. */
export interface TraceContext {
  traceId: string
  spanId: string
  sampled: boolean
}

export interface TelemetryOptions {
  serviceName: string
  /** Whether to export after each request, for instances without CPU between requests. */
  flushAfterRequests: boolean
}

/** Traces and metrics. They never contain names, paths or ids of users. */
export interface Telemetry extends AsyncDisposable {
  /** Wraps the ports. Records a span and a duration for each operation. */
  instrument(ports: Ports): Ports

  /** Opens a span for a request. Spans inside `run` become its children. */
  startRequest(request: { method: string; parent: TraceContext | undefined }): RequestSpan

  /** Runs `work` in a span. With `flushAfterRequests` resolves after the export. */
  event<Result>(
    name: string,
    parent: TraceContext | undefined,
    work: (trace: TraceContext) => Promise<Result>,
  ): Promise<Result>

  /** Counts the results of a sweep. */
  swept(report: SweepReport): void

  /** Exports all recorded spans and metrics. Never throws. */
  flush(): Promise<void>
}

export interface RequestSpan {
  readonly trace: TraceContext
  run<Result>(work: () => Promise<Result>): Promise<Result>
  end(answer: { status: number; route: string | undefined }): void
}
