import { describe, expect, it } from 'vitest'
import {
  attributesOf,
  startOtlpReceiver,
  type ReceivedSpan,
} from '../../support/http/otlp-receiver.ts'
import { startFunction } from './function-server.ts'
import { startLocalServer } from '../local/local-server.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const parentSpanId = 'b7ad6b7169203331'
const traceparent = `00-${traceId}-${parentSpanId}-01`
const content = '/api/workspace/content'
const secretName = 'salaries-of-ada.txt'

/** Selects the development scanner. */
const scanner = { CLAMAV_SERVICE_PORT: '1', PATH: '' }

/** Makes the process print the loaded modules of OpenTelemetry to its standard error. */
const spy = `import { registerHooks } from 'node:module'
registerHooks({ load(url, context, next) {
  if (url.includes('@opentelemetry/')) console.log('loads ' + url)
  return next(url, context)
} })`
const spying = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(spy)}` }

async function upload(url: string): Promise<void> {
  const headers = { traceparent, prefer: 'wait=20', authorization: 'Bearer local:lovelace' }
  const route = `${url}${content}/${secretName}?metadata={}`
  expect((await fetch(route, { method: 'PUT', body: 'hello', headers })).status).toBe(201)
}

describe('with an OTLP endpoint', () => {
  it('exports traces of a request and a scan with catalog, blobs and scanner before the server exits', async () => {
    await using receiver = await startOtlpReceiver()
    {
      await using server = await startLocalServer({ ...scanner, ...receiver.env })
      await upload(server.url)
      expect((await fetch(`${server.url}/api/workspace/files/none`)).status).toBe(404)
    }
    const { spans } = receiver
    const named = (name: string) => spans.filter((span) => span.name === name)
    const children = ({ spanId }: ReceivedSpan) =>
      spans.filter((span) => span.parentSpanId === spanId).map(({ name }) => name)

    const [put] = named(`PUT ${content}/*`)
    expect(put).toMatchObject({ traceId, parentSpanId })
    expect(attributesOf(put!)).toEqual({
      'http.request.method': 'PUT',
      'http.route': `${content}/*`,
      'http.response.status_code': 201,
    })
    expect(children(put!)).toEqual(
      expect.arrayContaining(['catalog.reserve', 'blobs.write', 'catalog.awaitSettled']),
    )
    for (const span of spans.filter((span) => span.parentSpanId === put!.spanId)) {
      expect(span.traceId).toBe(traceId)
    }
    const [scan] = named('scan')
    expect(children(scan!)).toEqual(
      expect.arrayContaining(['catalog.get', 'blobs.read', 'scanner.scan', 'catalog.settle']),
    )
    expect(receiver.services).toEqual(new Set(['coffer']))
  })

  it('counts requests, operations, verdicts and sweeps', async () => {
    await using receiver = await startOtlpReceiver()
    {
      await using server = await startLocalServer({ ...scanner, ...receiver.env })
      await upload(server.url)
    }
    const points = (name: string) =>
      receiver.metrics
        .filter((metric) => metric.name === name)
        .flatMap(({ histogram, sum, gauge }) => (histogram ?? sum ?? gauge)?.dataPoints ?? [])
        .map((point) =>
          Object.assign(attributesOf(point), { count: Number(point.count), sum: point.sum }),
        )
    expect(points('http.server.request.duration')).toContainEqual(
      expect.objectContaining({ 'http.route': `${content}/*`, 'http.response.status_code': 201 }),
    )
    expect(points('coffer.operation.duration')).toContainEqual(
      expect.objectContaining({ 'coffer.port': 'blobs', 'coffer.operation': 'write', count: 1 }),
    )
    expect(points('coffer.scan.size')).toContainEqual({
      'coffer.verdict': 'clean',
      count: 1,
      sum: 5,
    })
    expect(points('coffer.pending.files')).not.toHaveLength(0)
    expect(points('coffer.pending.oldest.age')).not.toHaveLength(0)
    expect(points('coffer.sweep.results')).toContainEqual(
      expect.objectContaining({ 'coffer.result': 'finished' }),
    )
  })

  it('exports no name, path or user of a file', async () => {
    await using receiver = await startOtlpReceiver()
    {
      await using server = await startLocalServer({ ...scanner, ...receiver.env })
      await upload(server.url)
      const create = {
        method: 'PUT',
        headers: { 'if-none-match': '*', authorization: 'Bearer local:lovelace' },
      }
      const route = `${server.url}${content}/${secretName}`
      expect((await fetch(route, { ...create, body: 'again' })).status).toBe(412)
    }
    const refused = receiver.spans.findLast(({ name }) => name === 'catalog.reserve')
    expect(attributesOf(refused!)['error.type']).toBe('precondition-failed')
    const sent = JSON.stringify([receiver.spans, receiver.metrics])
    expect(sent).not.toMatch(/salaries|lovelace|hello/)
  })

  it('exports after each answer on an instance without CPU between requests', async () => {
    await using receiver = await startOtlpReceiver()
    const env = {
      ...receiver.env,
      K_SERVICE: 'files-api',
      AUTH_MODE: 'oidc',
      OIDC_ISSUER: 'https://issuer.example',
      OIDC_AUDIENCE: 'coffer',
      OIDC_JWKS_URL: 'https://issuer.example/jwks',
    }
    await using api = await startFunction('api', { env })
    expect((await fetch(`${api.url}/healthz`, { headers: { traceparent } })).status).toBe(200)
    // Metrics are exported every minute; the test does not wait for that.
    await expect.poll(() => receiver.metrics.length, { timeout: 10_000 }).toBeGreaterThan(0)
    expect(receiver.spans.find(({ name }) => name === 'GET /healthz')).toMatchObject({ traceId })
    expect(receiver.services).toEqual(new Set(['files-api']))
  })

  it('loads OpenTelemetry', async () => {
    await using receiver = await startOtlpReceiver()
    const lines: string[] = []
    const env = { ...receiver.env, ...spying }
    await using api = await startFunction('api', { env, onLine: (line) => lines.push(line) })
    expect((await fetch(`${api.url}/healthz`)).status).toBe(200)
    expect(lines.some((line) => line.startsWith('loads '))).toBe(true)
  })
})

describe('without an OTLP endpoint', () => {
  it('does not load OpenTelemetry', async () => {
    const lines: string[] = []
    await using api = await startFunction('api', {
      env: spying,
      onLine: (line) => lines.push(line),
    })
    expect((await fetch(`${api.url}/healthz`)).status).toBe(200)
    expect(lines.filter((line) => line.startsWith('loads '))).toEqual([])
  })
})
