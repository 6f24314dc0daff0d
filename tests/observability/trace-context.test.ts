import { describe, expect, test } from 'vitest'
import { traceContextOf } from '../../shared/observability/trace-context.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const spanId = '00f067aa0ba902b7'
const other = '105445aa7843bc8bf206b12000100000'

const of = (headers: Record<string, string>) => traceContextOf((name) => headers[name])

describe('the trace of a request', () => {
  test.each([
    [{ traceparent: `00-${traceId}-${spanId}-01` }, { traceId, spanId, sampled: true }],
    [{ traceparent: `00-${traceId}-${spanId}-00` }, { traceId, spanId, sampled: false }],
    [{ traceparent: `00-${traceId}-${spanId}-03` }, { traceId, spanId, sampled: true }],
    [{ traceparent: `cc-${traceId}-${spanId}-01-later` }, { traceId, spanId, sampled: true }],
    [
      { 'x-cloud-trace-context': `${other}/1;o=1` },
      { traceId: other, spanId: '0000000000000001', sampled: true },
    ],
    [
      { 'x-cloud-trace-context': `${other}/18446744073709551615;o=0` },
      { traceId: other, spanId: 'ffffffffffffffff', sampled: false },
    ],
    [
      { 'x-cloud-trace-context': `${other.toUpperCase()}/17` },
      { traceId: other, spanId: '0000000000000011', sampled: false },
    ],
    [
      { traceparent: `00-${traceId}-${spanId}-01`, 'x-cloud-trace-context': `${other}/1` },
      { traceId, spanId, sampled: true },
    ],
    [
      { traceparent: 'nonsense', 'x-cloud-trace-context': `${other}/1` },
      { traceId: other, spanId: '0000000000000001', sampled: false },
    ],
  ])('%j is %j', (headers, expected) => {
    expect(of(headers)).toEqual(expected)
  })

  test.each([
    {},
    { traceparent: '' },
    { traceparent: `00-${'0'.repeat(32)}-${spanId}-01` },
    { traceparent: `00-${traceId}-${'0'.repeat(16)}-01` },
    { traceparent: `ff-${traceId}-${spanId}-01` },
    { traceparent: `00-${traceId.toUpperCase()}-${spanId}-01` },
    { traceparent: `00-${traceId}-${spanId}` },
    { traceparent: `00-${traceId}-${spanId}-01-more` },
    { 'x-cloud-trace-context': 'nonsense' },
    { 'x-cloud-trace-context': `${'0'.repeat(32)}/1` },
    { 'x-cloud-trace-context': other },
    { 'x-cloud-trace-context': `${other}/0;o=1` },
  ])('ignores %j', (headers) => {
    expect(of(headers)).toBeUndefined()
  })
})
