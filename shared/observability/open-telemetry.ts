import { context, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api'
import type { Context, Span, Tracer } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { Ports } from '../ports/ports.ts'
import type { SweepReport } from '../workspace/sweep/report.ts'
import { fail, instrumentPorts, secondsSince } from './instrument-ports.ts'
import { createInstruments, type Instruments } from './instruments.ts'
import type { RequestSpan, Telemetry, TelemetryOptions, TraceContext } from './telemetry.ts'

/**
 * OpenTelemetry over OTLP/HTTP. The SDK reads its endpoint, headers and limits from the standard variables
 * (`OTEL_EXPORTER_OTLP_…`). Its providers are not registered globally, so that libraries add no spans.
 */
export class OpenTelemetry implements Telemetry {
  readonly #tracers: TracerProvider
  readonly #meters: MeterProvider
  readonly #tracer: Tracer
  readonly #instruments: Instruments
  readonly #flushAfterRequests: boolean
  #flushed: Promise<void> = Promise.resolve()
  #flushesWaiting = 0

  private constructor(tracers: TracerProvider, meters: MeterProvider, options: TelemetryOptions) {
    this.#tracers = tracers
    this.#meters = meters
    this.#tracer = tracers.getTracer('coffer')
    this.#instruments = createInstruments(meters.getMeter('coffer'))
    this.#flushAfterRequests = options.flushAfterRequests
  }

  static async open(options: TelemetryOptions): Promise<OpenTelemetry> {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    const resource = defaultResource()
      .merge(resourceFromAttributes({ 'service.name': options.serviceName }))
      .merge(detectResources({ detectors: [envDetector] }))
    const spans = new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })
    const metrics = new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter() })
    const tracers = new TracerProvider({ resource, spanProcessors: [spans] })
    return new OpenTelemetry(tracers, new MeterProvider({ resource, readers: [metrics] }), options)
  }

  instrument(ports: Ports): Ports {
    return instrumentPorts(ports, this.#tracer, this.#instruments)
  }

  startRequest({ method, parent }: Parameters<Telemetry['startRequest']>[0]): RequestSpan {
    const startedAt = performance.now()
    const options = { kind: SpanKind.SERVER, attributes: { 'http.request.method': method } }
    const span = this.#tracer.startSpan(method, options, contextOf(parent))
    const active = trace.setSpan(contextOf(parent), span)
    return {
      trace: traceContextOf(span),
      run: (work) => context.with(active, work),
      end: ({ status, route }) => {
        if (route !== undefined)
          span.updateName(`${method} ${route}`).setAttribute('http.route', route)
        span.setAttribute('http.response.status_code', status)
        if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
        span.end()
        this.#instruments.answered({ method, status, route }, secondsSince(startedAt))
        if (this.#flushAfterRequests) void this.flush()
      },
    }
  }

  async event<Result>(
    name: string,
    parent: TraceContext | undefined,
    work: (trace: TraceContext) => Promise<Result>,
  ): Promise<Result> {
    const span = this.#tracer.startSpan(name, { kind: SpanKind.CONSUMER }, contextOf(parent))
    try {
      const active = trace.setSpan(contextOf(parent), span)
      return await context.with(active, () => work(traceContextOf(span)))
    } catch (error) {
      fail(span, error)
      throw error
    } finally {
      span.end()
      if (this.#flushAfterRequests) await this.flush()
    }
  }

  swept(report: SweepReport): void {
    this.#instruments.swept(report)
  }

  /** Runs one export at a time. Calls during an export share the next one. */
  async flush(): Promise<void> {
    if (this.#flushesWaiting > 0) return this.#flushed
    this.#flushesWaiting += 1
    const before = this.#flushed
    this.#flushed = (async () => {
      await before
      this.#flushesWaiting -= 1
      await Promise.allSettled([this.#tracers.forceFlush(), this.#meters.forceFlush()])
    })()
    return this.#flushed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flush()
    await Promise.allSettled([this.#tracers.shutdown(), this.#meters.shutdown()])
  }
}

function contextOf(parent: TraceContext | undefined): Context {
  if (!parent) return context.active()
  const { traceId, spanId, sampled } = parent
  const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE
  return trace.setSpanContext(context.active(), { traceId, spanId, traceFlags, isRemote: true })
}

function traceContextOf(span: Span): TraceContext {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return { traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 }
}
