import { once } from 'node:events'
import { request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import type { AppEnv, HttpContext } from '../../shared/http/app-env.ts'
import { allow } from '../../shared/http/auth/allow.ts'
import { absoluteUrl } from '../../shared/http/target.ts'
import { WorkspaceError } from '../../shared/model/errors.ts'
import { httpApp, serve } from '../support/http/http-app.ts'
import { expectProblem } from '../support/http/problem.ts'
import { rawRequest } from '../support/http/raw-http.ts'

const files = '/api/workspace/files'
const origin = 'https://app.example'

function addRoutes(routes: Hono<AppEnv>) {
  routes
    .get('/files', (c) => c.json({ files: [] }))
    .post('/files', (c) => c.json({}, 201))
    .get('/files/:id', allow('files:read'), (c) => c.json(c.get('caller')))
    .delete('/files/:id', allow('files:write'), (c) => c.body(null, 204))
    .get('/bytes', () => new Response('bytes', { headers: { 'Cache-Control': 'private' } }))
    .get('/infected', (c) => {
      c.set('uploaded', true)
      throw new WorkspaceError('infected', 'It is.')
    })
    .get('/broken', () => {
      throw new Error('SQLITE_CORRUPT in node_modules', { cause: new Error('the disk') })
    })
    .get('/url', (c) => c.text(absoluteUrl(c, '/api/workspace/x?signature=1')))
}

async function challenge(app: Hono<AppEnv>, method: string, authorization?: string) {
  const headers = authorization === undefined ? {} : { Authorization: authorization }
  const { status, headers: answered } = await app.request(`${files}/1`, { method, headers })
  return [status, answered.get('WWW-Authenticate')]
}

async function urlIn(context: Partial<HttpContext>) {
  return (await httpApp(addRoutes, context).app.request('/api/workspace/url')).text()
}

describe('every answer', () => {
  test('has a unique request id', async () => {
    const { app } = httpApp(addRoutes)
    const ids = [await app.request(files), await app.request('/nowhere')].map(({ headers }) =>
      headers.get('X-Request-Id'),
    )
    expect(new Set(ids).size).toBe(2)
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/)
  })

  test.each([
    ['trace-1.a_B', true],
    ['x'.repeat(129), false],
    ['a b', false],
    ['a"b', false],
    ['', false],
  ])('uses the request id %j of the caller: %s', async (id, taken) => {
    const { app } = httpApp(addRoutes)
    const { headers } = await app.request(files, { headers: { 'X-Request-Id': id } })
    expect(headers.get('X-Request-Id') === id).toBe(taken)
  })

  test.each([files, '/api/workspace/bytes', '/nowhere', '/api/workspace/broken'])(
    'has nosniff: %s',
    async (path) => {
      const { headers } = await httpApp(addRoutes).app.request(path)
      expect(headers.get('X-Content-Type-Options')).toBe('nosniff')
    },
  )

  test('has no-store, unless its route sets Cache-Control', async () => {
    const { app } = httpApp(addRoutes)
    expect((await app.request(files)).headers.get('Cache-Control')).toBe('no-store')
    const bytes = await app.request('/api/workspace/bytes')
    expect(bytes.headers.get('Cache-Control')).toBe('private')
  })

  test.each([
    [files, 'no-store'],
    ['/api/workspace/bytes', 'private'],
    ['/nowhere', 'no-store'],
    ['/api/workspace/broken', 'no-store'],
  ])('of a server has the same headers: %s', async (path, caching) => {
    const world = httpApp(addRoutes, { corsOrigins: [origin] })
    await using server = await serve(world)
    const { headers } = await fetch(server.url + path, {
      headers: { 'X-Request-Id': 'mine', Prefer: 'wait=3', Origin: origin },
    })
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-request-id': 'mine',
      'x-content-type-options': 'nosniff',
      'cache-control': caching,
      'access-control-allow-origin': origin,
      vary: 'Origin',
    })
  })

  test('to HEAD has the headers of GET and no body', async () => {
    const { app } = httpApp(addRoutes)
    const head = await app.request(files, { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(head.headers.get('Content-Type')).toBe('application/json')
    expect(await head.text()).toBe('')
  })
})

describe('errors', () => {
  test('an unknown URL is 404', async () => {
    const { app } = httpApp(addRoutes)
    for (const path of ['/', '/files', '/api/workspace', '/api/workspace/nothing']) {
      await expectProblem(await app.request(path), 404, 'not-found')
    }
  })

  test.each([
    ['PUT', files, 'GET, HEAD, OPTIONS, POST'],
    ['POST', `${files}/1`, 'DELETE, GET, HEAD, OPTIONS'],
    ['TRAVERSE', `${files}/1`, 'DELETE, GET, HEAD, OPTIONS'],
  ])('%s %s is 405 and allows exactly %s', async (method, path, expected) => {
    const response = await httpApp(addRoutes).app.request(path, { method })
    await expectProblem(response, 405, 'method-not-allowed')
    expect(response.headers.get('Allow')).toBe(expected)
  })

  test('HEAD without a GET route is 405', async () => {
    const { app } = httpApp((routes) => routes.post('/uploads', (c) => c.json({})))
    const response = await app.request('/api/workspace/uploads', { method: 'HEAD' })
    expect(response.status).toBe(405)
    expect(response.headers.get('Allow')).toBe('OPTIONS, POST')
  })

  test('a WorkspaceError becomes its problem, and 422 on a route that has received the upload', async () => {
    const response = await httpApp(addRoutes).app.request('/api/workspace/infected')
    await expectProblem(response, 422, 'infected')
  })

  test('an unexpected error is 500 without details and is logged completely', async () => {
    const { app, entries } = httpApp(addRoutes)
    const response = await app.request('/api/workspace/broken')
    await expectProblem(response, 500, 'internal')
    const entry = entries.find(({ stack_trace: trace }) => trace !== undefined)
    expect(entry).toMatchObject({
      severity: 'ERROR',
      message: 'SQLITE_CORRUPT in node_modules',
      requestId: response.headers.get('X-Request-Id'),
    })
    expect(entry?.['stack_trace']).toMatch(/app\.test\.ts[\s\S]*the disk/)
  })
})

describe('tokens', () => {
  test('a public route needs no token, and other routes get the caller', async () => {
    const { app, entries } = httpApp(addRoutes)
    expect((await app.request(files)).status).toBe(200)
    const response = await app.request(`${files}/1`, {
      headers: { Authorization: 'Bearer local:ada' },
    })
    expect(await response.json()).toEqual({ workspaceId: 'ada' })
    expect(entries.map(({ userId }) => userId)).toEqual([undefined, 'ada'])
  })

  test('challenges follow RFC 6750 §3', async () => {
    const reader = httpApp(addRoutes, {
      authenticate: ({ authorization }) =>
        authorization === 'Bearer good'
          ? Promise.resolve({ caller: { workspaceId: 'a' }, scopes: new Set(['files:read']) })
          : Promise.reject(new WorkspaceError('unauthenticated', 'No.')),
    }).app
    expect(await challenge(reader, 'GET', 'Bearer good')).toEqual([200, null])
    expect(await challenge(reader, 'GET')).toEqual([401, 'Bearer realm="coffer"'])
    expect(await challenge(reader, 'GET', 'Bearer bad')).toEqual([
      401,
      'Bearer realm="coffer", error="invalid_token"',
    ])
    expect(await challenge(reader, 'DELETE', 'Bearer good')).toEqual([
      403,
      'Bearer realm="coffer", error="insufficient_scope", scope="files:write"',
    ])
  })

  test('rejects two Authorization headers', async () => {
    await using server = await serve(httpApp(addRoutes))
    const authorization: [string, string] = ['Authorization', 'Bearer local:ada']
    const ask = (headers: [string, string][]) =>
      rawRequest(server.url, { method: 'GET', target: `${files}/1`, headers })
    expect((await ask([authorization]))?.status).toBe(200)
    const twice = await ask([authorization, ['authorization', 'Bearer local:eve']])
    await expectProblem(twice, 401, 'unauthenticated')
  })

  test('rejects a page whose host name resolves to this machine (DNS rebinding)', async () => {
    await using server = await serve(httpApp(addRoutes))
    const { port } = new URL(server.url)
    const status = await new Promise((resolve, reject) => {
      const headers = { Host: `evil.example:${port}` }
      const rebound = request(`${server.url}${files}/1`, { headers, agent: false })
      rebound.on('response', (response) => resolve(response.resume().statusCode))
      rebound.on('error', reject).end()
    })
    expect(status).toBe(403)
  })
})

describe('CORS', () => {
  const preflight = { Origin: origin, 'Access-Control-Request-Method': 'DELETE' }

  test('answers a preflight of a configured origin with the methods of the route', async () => {
    const { app } = httpApp(addRoutes, { corsOrigins: [origin] })
    const { status, headers } = await app.request(`${files}/1`, {
      method: 'OPTIONS',
      headers: preflight,
    })
    expect(status).toBe(204)
    expect(headers.get('Access-Control-Allow-Origin')).toBe(origin)
    expect(headers.get('Access-Control-Allow-Methods')).toBe('DELETE, GET, HEAD, OPTIONS')
    expect(headers.get('Access-Control-Allow-Headers')).toContain('Repr-Digest')
    expect(headers.get('Allow')).toBe('DELETE, GET, HEAD, OPTIONS')
    expect(headers.has('Access-Control-Allow-Credentials')).toBe(false)
  })

  test.each<[what: string, asked: string, allowed: RegExp]>([
    ['Dropzone', 'cache-control,x-requested-with', /, cache-control, x-requested-with$/],
    [
      'in any case and with blanks',
      'X-CSRF-Token , tus-resumable',
      /, x-csrf-token, tus-resumable$/,
    ],
    ['one that is always allowed', 'authorization', /, X-Request-Id$/],
    ['invalid names', 'a b,c\u00e9,,"q",ok', /, X-Request-Id, ok$/],
    ['a thousand', Array.from({ length: 1000 }, (_, at) => `x-${at}`).join(','), /, x-99$/],
    ['a long one', `x-${'y'.repeat(1000)},ok`, /, X-Request-Id, ok$/],
  ])('a preflight may request any header: %s', async (_, asked, allowed) => {
    const { app } = httpApp(addRoutes, { corsOrigins: [origin] })
    const headers = { ...preflight, 'Access-Control-Request-Headers': asked }
    const answer = await app.request(files, { method: 'OPTIONS', headers })
    expect(answer.headers.get('Access-Control-Allow-Headers')).toMatch(allowed)
    expect(answer.headers.get('Access-Control-Allow-Headers')).toMatch(/^Accept, Authorization, /)
    expect(answer.headers.get('Vary')).toContain('Access-Control-Request-Headers')
    expect(answer.headers.get('Access-Control-Max-Age')).toBe('7200')
  })

  test('answers a preflight of another origin only with Allow', async () => {
    const { app } = httpApp(addRoutes, { corsOrigins: [origin] })
    const headers = { ...preflight, Origin: 'https://evil.example' }
    const answer = await app.request(files, { method: 'OPTIONS', headers })
    const corsHeaders = [...answer.headers.keys()].filter((name) =>
      name.startsWith('access-control-'),
    )
    expect(corsHeaders).toEqual([])
    expect(answer.headers.get('Vary')).toContain('Origin')
  })

  test('allows Private Network Access if the preflight requests it', async () => {
    const { app } = httpApp(addRoutes, { corsOrigins: [origin] })
    const name = 'Access-Control-Allow-Private-Network'
    const ask = async (added: Record<string, string>) => {
      const headers = { ...preflight, ...added }
      return (await app.request(files, { method: 'OPTIONS', headers })).headers.get(name)
    }
    expect(await ask({ 'Access-Control-Request-Private-Network': 'true' })).toBe('true')
    expect(await ask({})).toBeNull()
  })

  test.each<[configured: string, origin: string, isAllowed: boolean]>([
    ['capacitor://localhost', 'capacitor://localhost', true],
    ['capacitor://localhost', 'ionic://localhost', false],
    ['https://*.example.com', 'https://app.example.com', true],
    ['https://*.example.com', 'https://a.b.example.com', true],
    ['https://*.example.com', 'https://example.com', false],
    ['https://*.example.com', 'https://.example.com', false],
    ['https://*.example.com', 'http://app.example.com', false],
    ['https://*.example.com', 'https://app.example.com:8443', false],
    ['https://*.example.com', 'https://evil.example/.example.com', false],
    ['https://*.example.com', 'https://evil.example#.example.com', false],
    ['https://*.example.com', 'https://user@.example.com', false],
    ['https://*.example.com', 'https://app.example.com.evil.example', false],
    ['https://*.example.com', 'https://app.notexample.com', false],
    ['https://*.example.com:8443', 'https://app.example.com:8443', true],
  ])('%s allows %s: %s', async (configured, origin, isAllowed) => {
    const { app } = httpApp(addRoutes, { corsOrigins: [configured] })
    const { headers } = await app.request(files, { headers: { Origin: origin } })
    expect(headers.get('Access-Control-Allow-Origin')).toBe(isAllowed ? origin : null)
  })

  test.each([
    ['https://app.example.com', 200],
    ['https://app.notexample.com', 403],
  ])('applies a pattern of origins in local mode: %s is %i', async (origin, status) => {
    const { app } = httpApp(addRoutes, { corsOrigins: ['https://*.example.com'] })
    const headers = { Origin: origin, Host: 'localhost' }
    expect((await app.request(`${files}/1`, { headers })).status).toBe(status)
  })

  test('a configured origin can read errors', async () => {
    const { app } = httpApp(addRoutes, { corsOrigins: [origin] })
    for (const path of [files, '/nowhere', '/api/workspace/broken']) {
      const { headers } = await app.request(path, { headers: { Origin: origin } })
      expect(headers.get('Access-Control-Allow-Origin')).toBe(origin)
      expect(headers.get('Access-Control-Expose-Headers')).toContain('X-Request-Id')
      expect(headers.get('Vary')).toContain('Origin')
    }
  })

  test('another origin gets no CORS headers', async () => {
    const { app } = httpApp(addRoutes, { corsOrigins: [origin] })
    for (const other of ['https://evil.example', 'null', `${origin}.evil.example`]) {
      const { headers } = await app.request(files, { headers: { Origin: other } })
      expect(headers.has('Access-Control-Allow-Origin')).toBe(false)
    }
  })

  test('answers OPTIONS with Allow and no CORS headers if no origin is configured', async () => {
    const { app } = httpApp(addRoutes)
    const { status, headers } = await app.request(files, { method: 'OPTIONS', headers: preflight })
    expect([status, headers.get('Allow')]).toEqual([204, 'GET, HEAD, OPTIONS, POST'])
    expect(headers.has('Access-Control-Allow-Origin')).toBe(false)
    const nowhere = await app.request('/nowhere', { method: 'OPTIONS' })
    await expectProblem(nowhere, 404, 'not-found')
  })
})

describe('the log', () => {
  test('has one line for each request, without query and token', async () => {
    const { app, entries } = httpApp(addRoutes)
    const headers = {
      Authorization: 'Bearer local:ada',
      'X-Request-Id': 'trace-1',
      'User-Agent': 'test/1',
    }
    await app.request(`${files}/1?signature=secret`, { headers })
    expect(entries).toEqual([
      {
        severity: 'INFO',
        message: `GET ${files}/:id 200`,
        requestId: 'trace-1',
        userId: 'ada',
        httpRequest: {
          requestMethod: 'GET',
          requestUrl: `http://localhost${files}/:id`,
          status: 200,
          latency: expect.stringMatching(/^\d+\.\d{6}s$/),
          userAgent: 'test/1',
        },
      },
    ])
    expect(JSON.stringify(entries)).not.toMatch(/secret|Bearer/)
  })

  test('contains the trace of the request', async () => {
    const { app, entries } = httpApp(addRoutes)
    const traceId = '0af7651916cd43dd8448eb211c80319c'
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` }
    await app.request('/api/workspace/broken', { headers })
    expect(entries).toHaveLength(2)
    for (const { trace } of entries) {
      expect(trace).toEqual({ traceId, spanId: 'b7ad6b7169203331', sampled: true })
    }
  })

  test('contains the instance of a problem as the request id in every line', async () => {
    const { app, entries } = httpApp(addRoutes)
    const response = await app.request('/api/workspace/broken')
    const { instance } = (await response.json()) as { instance: string }
    expect(new Set(entries.map(({ requestId }) => `urn:uuid:${requestId}`))).toEqual(
      new Set([instance]),
    )
  })

  test('does not contain the id of a resumable upload', async () => {
    const { app, entries } = httpApp((routes) => routes.put('/uploads/:id', (c) => c.text('ok')))
    await app.request('/api/workspace/uploads/secret?upload_id=secret', { method: 'PUT' })
    expect(JSON.stringify(entries)).not.toContain('secret')
    expect(entries[0]?.httpRequest?.requestUrl).toMatch(/uploads\/:id$/)
  })

  test.each([
    ['GET', '/api/workspace/content/Secret/tax.pdf', '/api/workspace/content/*'],
    ['GET', '/api/workspace/content/a%2FSecret', '/api/workspace/content/*'],
    ['GET', '/api/workspace/files/Secret/preview', '/api/workspace/files/:id/preview'],
    ['POST', '/api/workspace/content/Secret', '/api/workspace/…'],
    ['GET', '/api/workspace/contents/Secret', '/api/workspace/…'],
    ['GET', `/Secret${'/x'.repeat(50_000)}`, '/…'],
  ])('contains the route of %s %s instead of the path', async (method, path, logged) => {
    const { app, entries } = httpApp((routes) =>
      routes.get('/content/*', (c) => c.text('ok')).get('/files/:id/preview', (c) => c.text('ok')),
    )
    const { status } = await app.request(path, { method, headers: { 'User-Agent': 'test/1' } })
    expect(entries).toHaveLength(1)
    expect(JSON.stringify(entries)).not.toContain('Secret')
    expect(entries[0]?.message).toBe(`${method} ${logged} ${status}`)
    expect(entries[0]?.httpRequest?.requestUrl).toBe(`http://localhost${logged}`)
  })

  test('contains the id of the file', async () => {
    const { app, entries } = httpApp((routes) =>
      routes.get('/files/:id/content', (c) => c.text('ok')),
    )
    const id = 'f47ac10b-58cc-4372-a567-0e02b2c3d479'
    await app.request(`${files}/${id}/content`)
    expect(entries[0]?.message).toBe(`GET ${files}/${id}/content 200`)
  })

  test('has no error if the client disconnects while it waits', async () => {
    const left: string[] = []
    const served = httpApp((routes) =>
      routes
        .get('/files', (c) => c.json({ files: [] }))
        .get('/wait/:how', async (c) => {
          const { signal } = c.req.raw
          await once(signal, 'abort')
          left.push(c.req.param('how'))
          if (c.req.param('how') === 'reason') throw signal.reason
          await delay(1000, undefined, { signal })
          return c.text('never')
        }),
    )
    await using server = await serve(served)
    for (const how of ['reason', 'error']) {
      const target = `/api/workspace/wait/${how}`
      await rawRequest(server.url, { method: 'GET', target, hangUp: true })
    }
    await expect.poll(() => left.toSorted()).toEqual(['error', 'reason'])
    await (await fetch(server.url + files)).text()
    await expect.poll(() => served.entries.length).toBeGreaterThanOrEqual(3)
    expect(served.entries.filter(({ severity }) => severity !== 'INFO')).toEqual([])
    expect(served.entries.filter(({ aborted }) => aborted)).toHaveLength(2)
  })

  test('is written with the size after the answer is sent', async () => {
    const served = httpApp(addRoutes)
    await using server = await serve(served)
    await (await fetch(server.url + files, { method: 'POST', body: 'hello' })).text()
    await expect.poll(() => served.entries.length).toBe(1)
    const logged = served.entries[0]?.httpRequest
    expect(logged).toMatchObject({ status: 201, requestSize: '5', remoteIp: '127.0.0.1' })
    expect(Number(logged?.responseSize)).toBeGreaterThan('HTTP/1.1 201 Created{}'.length)
    expect(served.entries[0]).not.toHaveProperty('aborted')
  })
})

test('absolute URLs use PUBLIC_URL', async () => {
  expect(await urlIn({})).toBe('http://localhost/api/workspace/x?signature=1')
  expect(await urlIn({ publicUrl: 'https://files.example' })).toBe(
    'https://files.example/api/workspace/x?signature=1',
  )
  expect(await urlIn({ publicUrl: 'https://example.com/files' })).toBe(
    'https://example.com/files/api/workspace/x?signature=1',
  )
})
