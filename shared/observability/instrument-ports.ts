import { SpanKind, SpanStatusCode, type Span, type Tracer } from '@opentelemetry/api'
import { WorkspaceError } from '../model/errors.ts'
import type { Ports } from '../ports/ports.ts'
import { instrumented } from './instrumented.ts'
import type { Instruments } from './instruments.ts'

/** Wraps the ports. Records a span and a duration for each operation, and metrics of settlements, pending files and scanner versions. */
export function instrumentPorts(ports: Ports, tracer: Tracer, instruments: Instruments): Ports {
  const observed = (port: string) => async (name: string, call: () => Promise<unknown>) => {
    const startedAt = performance.now()
    const record = (failure?: string) =>
      instruments.operated({ port, name, failure }, secondsSince(startedAt))
    const attributes = { 'coffer.port': port, 'coffer.operation': name }
    return tracer.startActiveSpan(
      `${port}.${name}`,
      { kind: SpanKind.CLIENT, attributes },
      async (span) => {
        try {
          const result = await call()
          record()
          return result
        } catch (error) {
          record(fail(span, error))
          throw error
        } finally {
          span.end()
        }
      },
    )
  }
  return {
    ...ports,
    catalog: instrumented(ports.catalog, {
      around: observed('catalog'),
      after: {
        settle: ({ settled }, [, settlement]) => settled && instruments.settled(settlement),
        countPending: (count) => instruments.pendingCounted(count),
      },
    }),
    links: instrumented(ports.links, { around: observed('links') }),
    runs: instrumented(ports.runs, { around: observed('runs') }),
    shares: instrumented(ports.shares, { around: observed('shares') }),
    trail: instrumented(ports.trail, { around: observed('trail') }),
    folders: instrumented(ports.folders, { around: observed('folders') }),
    blobs: instrumented(ports.blobs, { around: observed('blobs'), pure: ['locate'] }),
    scanner: instrumented(ports.scanner, {
      around: observed('scanner'),
      after: { version: (version) => instruments.versionSeen(version) },
    }),
  }
}

/**
 * Sets `error.type` of a span and returns it: the code of a `WorkspaceError`, or the name of another error. Another error also
 * marks the span as failed. Messages may contain paths, so only the log contains them.
 */
export function fail(span: Span, error: unknown): string {
  const isExpected = error instanceof WorkspaceError
  const type = isExpected ? error.code : error instanceof Error ? error.name : 'unknown'
  span.setAttribute('error.type', type)
  if (!isExpected) span.setStatus({ code: SpanStatusCode.ERROR })
  return type
}

export function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000
}
