import type { TraceContext } from './telemetry.ts'

/** W3C Trace Context §3.2: version, trace id, parent id, flags. Versions after 00 may append more fields. */
const traceparent =
  /^(?!ff|00-.{53})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** The older header of Google's front ends: `{trace id}/{span id, decimal};o={1 if sampled}`. */
const cloudTrace = /^(?!0{32})([0-9a-f]{32})\/(\d{1,20})(?:;o=([01]))?$/

/** The trace of a request, from `traceparent` or else `X-Cloud-Trace-Context`. Undefined if neither is valid. */
export function traceContextOf(
  header: (name: string) => string | undefined,
): TraceContext | undefined {
  return fromTraceparent(header('traceparent')) ?? fromCloudTrace(header('x-cloud-trace-context'))
}

function fromTraceparent(text = ''): TraceContext | undefined {
  const [, traceId, spanId, flags] = traceparent.exec(text) ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

function fromCloudTrace(text = ''): TraceContext | undefined {
  const [, traceId, decimalSpanId, sampled] = cloudTrace.exec(text.toLowerCase()) ?? []
  const span = BigInt.asUintN(64, BigInt(decimalSpanId ?? 0))
  if (traceId === undefined || span === 0n) return undefined
  return { traceId, spanId: span.toString(16).padStart(16, '0'), sampled: sampled === '1' }
}
