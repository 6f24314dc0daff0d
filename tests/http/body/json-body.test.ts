import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { jsonBody } from '../../../shared/http/body/json-body.ts'
import { httpApp, serve } from '../../support/http/http-app.ts'
import { expectProblem } from '../../support/http/problem.ts'
import { holdRequest } from '../../support/http/raw-http.ts'

const schema = z.strictObject({
  path: z.string(),
  size: z.int().nonnegative().optional(),
  deep: z.boolean().optional(),
  metadata: z.record(z.string(), z.json()).optional(),
})
const http = httpApp((routes) =>
  routes
    .post('/must', async (c) => c.json(await jsonBody(c, schema)))
    .post('/patient', async (c) => c.json(await jsonBody(c, schema, { idleSeconds: 0.2 })))
    .post('/may', async (c) => c.json(await jsonBody(c, schema.partial(), { optional: true }))),
)
const { app } = http
const post = (body?: string | Blob | Buffer<ArrayBuffer>, type?: string, route = 'must') =>
  app.request(`/api/workspace/${route}`, {
    method: 'POST',
    ...(body !== undefined && { body }),
    headers: type === undefined ? {} : { 'Content-Type': type },
  })
const json = 'application/json'
const nested = (levels: number) =>
  `{"path":"/a","metadata":{"a":${'['.repeat(levels)}${']'.repeat(levels)}}}`

describe('JSON bodies', () => {
  test('with many unknown members get a short answer', async () => {
    const members = Array.from({ length: 3000 }, (_, n) => [`member${n}`, 0])
    const long = ['x'.repeat(5000), 0]
    const answer = await post(JSON.stringify(Object.fromEntries([long, ...members])), json)
    expect(answer.status).toBe(400)
    expect((await answer.text()).length).toBeLessThan(4000)
  })

  test.each([
    json,
    'application/json; charset=utf-8',
    'APPLICATION/JSON;charset="UTF-8"',
    'application/merge-patch+json',
  ])('accepts %s', async (type) => {
    expect(await (await post('{"path":"/é"}', type)).json()).toEqual({ path: '/é' })
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=latin1',
    'application/jsonp',
    'multipart/form-data; boundary=x',
    'x',
  ])('%s is 415', async (type) => {
    await expectProblem(await post('{"path":"/a"}', type), 415, 'unsupported-type')
  })

  test('a body without a type is 415', async () => {
    const body = new Blob(['{"path":"/a"}'])
    await expectProblem(await post(body), 415, 'unsupported-type')
    await expectProblem(await post(), 415, 'unsupported-type')
  })

  test('a missing optional body counts as {}', async () => {
    expect(await (await post(undefined, undefined, 'may')).json()).toEqual({})
    expect(await (await post('', json, 'may')).json()).toEqual({})
    await expectProblem(await post('', json), 400, 'invalid-request', 'body')
    await expectProblem(await post(new Blob(['{}']), undefined, 'may'), 415, 'unsupported-type')
  })

  test.each([
    '{',
    '[]',
    'null',
    '"x"',
    '1',
    '{"path":"/a",}',
    '\0',
    '{}{}',
    nested(100),
    nested(15_000),
    '{"path":"\\ud800"}',
    '{"path":"/a","metadata":{"\\udc00":1}}',
    '{"path":"/a","metadata":{"a":{"__proto__":1}}}',
    '{"__proto__":{"path":"/a"},"path":"/a"}',
  ])('the body %.60s is 400', async (body) => {
    await expectProblem(await post(body, json), 400, 'invalid-request', 'body')
  })

  test('a body that is not UTF-8 is 400', async () => {
    const body = Buffer.from('{"path":"/\xff"}', 'latin1')
    await expectProblem(await post(body, json), 400, 'invalid-request', 'body')
  })

  test('ignores one byte order mark at the start', async () => {
    expect(await (await post('\uFEFF{"path":"/a"}', json)).json()).toEqual({ path: '/a' })
    for (const body of ['\uFEFF\uFEFF{"path":"/a"}', '{"path":\uFEFF"/a"}', '\uFEFF']) {
      await expectProblem(await post(body, json), 400, 'invalid-request', 'body')
    }
    const kept = await post('\uFEFF{"path":"\uFEFF/a"}', json)
    expect(await kept.json()).toEqual({ path: '\uFEFF/a' })
  })

  test.each([
    ['{"path":"/a",}', /\(line 1 column 14\)/],
    ['{"path":"/a"', /\(line 1 column 13\)/],
    ['', /ends too early/],
  ])('rejects %j with the position of the error', async (body, place) => {
    const { detail } = await expectProblem(await post(body, json), 400, 'invalid-request', 'body')
    expect(detail).toMatch(place)
  })

  test('accepts 64 levels', async () => {
    expect((await post(nested(60), json)).status).toBe(200)
  })

  test.each([
    [{}, 'path', 'is required'],
    [{ path: null }, 'path', 'must be a string'],
    [{ path: 5 }, 'path', 'must be a string'],
    [{ path: '/a', size: '5' }, 'size', 'must be a number'],
    [{ path: '/a', size: 1.5 }, 'size', 'must be a whole number'],
    [{ path: '/a', size: -1 }, 'size', 'must be at least 0'],
    [{ path: '/a', deep: 'true' }, 'deep', 'must be true or false'],
    [{ path: '/a', metadata: [] }, 'metadata', 'must be a JSON object'],
    [{ path: '/a', sise: 1 }, 'sise', 'is not known here; leave it out'],
  ])('%j is 400: %s %s', async (body, field, detail) => {
    const response = await post(JSON.stringify(body), json)
    const { errors } = await expectProblem(response, 400, 'invalid-request', field)
    expect(errors).toContainEqual({ field, detail })
  })

  test('more than 64 KiB is 413, with or without Content-Length', async () => {
    const body = JSON.stringify({ path: 'x'.repeat(64 * 1024) })
    await expectProblem(await post(body, json), 413, 'too-large')
    const stream = new Blob([body]).stream()
    const response = await app.request('/api/workspace/must', {
      method: 'POST',
      body: stream,
      headers: { 'Content-Type': json },
      duplex: 'half',
    })
    await expectProblem(response, 413, 'too-large')
    const allowed = JSON.stringify({ path: 'x'.repeat(64 * 1024 - 11) })
    expect(allowed).toHaveLength(64 * 1024)
    expect((await post(allowed, json)).status).toBe(200)
  })

  test('a body without bytes for the idle limit is 408', async () => {
    await using server = await serve(http)
    const held = holdRequest(`${server.url}/api/workspace/patient`, 'POST', {
      'content-type': json,
      'content-length': '20',
    })
    await held.write('{"path":')
    await expectProblem(await held.answered, 408, 'timeout')
    held.cut()
  })

  test('a body with a content coding is 415', async () => {
    const response = await app.request('/api/workspace/must', {
      method: 'POST',
      body: '{"path":"/a"}',
      headers: { 'Content-Type': json, 'Content-Encoding': 'gzip' },
    })
    await expectProblem(response, 415, 'unsupported-type')
  })
})
