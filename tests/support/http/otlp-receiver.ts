import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

interface Attribute {
  key: string
  value: { stringValue?: string; intValue?: number; doubleValue?: number }
}

/** The tested fields of a span of OTLP/JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding). */
export interface ReceivedSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  attributes: Attribute[]
  status?: { code?: number; message?: string }
  events?: unknown[]
}

interface Point {
  attributes: Attribute[]
  count?: number | string
  sum?: number
  asInt?: number | string
  asDouble?: number
}

interface ReceivedMetric {
  name: string
  unit: string
  histogram?: { dataPoints: Point[] }
  sum?: { dataPoints: Point[] }
  gauge?: { dataPoints: Point[] }
}

interface Traces {
  resourceSpans: {
    resource: { attributes: Attribute[] }
    scopeSpans: { spans: ReceivedSpan[] }[]
  }[]
}

interface Metrics {
  resourceMetrics: { scopeMetrics: { metrics: ReceivedMetric[] }[] }[]
}

/** Starts a collector that receives JSON from an OTLP/HTTP exporter until disposed. */
export async function startOtlpReceiver() {
  const spans: ReceivedSpan[] = []
  const metrics: ReceivedMetric[] = []
  const services = new Set<string | undefined>()
  const take = (path: string | undefined, body: unknown) => {
    if (path === '/v1/traces') {
      for (const { resource, scopeSpans } of (body as Traces).resourceSpans) {
        const { value } = resource.attributes.find(({ key }) => key === 'service.name') ?? {}
        services.add(value?.stringValue)
        spans.push(...scopeSpans.flatMap((scope) => scope.spans))
      }
    } else {
      const all = (body as Metrics).resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics)
      metrics.push(...all.flatMap((scope) => scope.metrics))
    }
  }
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    take(request.url, await json(request))
    response.setHeader('content-type', 'application/json').end('{}')
  }
  const server = createServer((request, response) => void answer(request, response)).listen(
    0,
    '127.0.0.1',
  )
  await once(server, 'listening')
  return {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    },
    spans,
    metrics,
    services,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export const attributesOf = ({ attributes }: { attributes: Attribute[] }) =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ?? Number(value.intValue ?? value.doubleValue),
    ]),
  )
