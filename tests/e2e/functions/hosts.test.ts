import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startFunction as start, type FunctionOptions, type Host } from './function-server.ts'

const base = '/api/workspace'

/** A route of each function, and a route of another function. */
const functions: [name: string, own: string, foreign: [method: string, route: string]][] = [
  ['list', 'GET /usage', ['POST', '/files']],
  ['read', 'GET /content/none.txt', ['GET', '/usage']],
  ['download', 'GET /files/none/download', ['GET', '/files/none']],
  ['delete', 'DELETE /sessions/none', ['GET', '/files']],
  ['folders', 'GET /folders', ['GET', '/files']],
  ['update', 'PATCH /files/none', ['DELETE', '/files/none']],
]

describe.each<[string, Host]>([
  ['in the image', 'image'],
  ['under the Functions Framework', 'framework'],
])('%s', (_, host) => {
  const startFunction = (target: string, options: FunctionOptions = {}) =>
    start(target, { host, ...options })

  it('api accepts an upload, scans it and serves it', async () => {
    await using api = await startFunction('api')
    const form = new FormData()
    form.set('file', new Blob(['hello']), 'hello.txt')
    const created = await fetch(`${api.url}${base}/files`, { method: 'POST', body: form })
    expect(created.status).toBe(201)
    const location = created.headers.get('location')
    const content = await fetch(`${api.url}${location}/content`, {
      headers: { range: 'bytes=1-3' },
    })
    expect(content.status).toBe(206)
    expect(await content.text()).toBe('ell')
  })

  it('functions in separate processes share one workspace', async () => {
    const storage = await mkdtemp(join(tmpdir(), 'coffer-functions-'))
    try {
      await using upload = await startFunction('upload', { storage })
      await using read = await startFunction('read', { storage })
      const route = `${base}/content/a/b.txt`
      const put = await fetch(`${upload.url}${route}`, { method: 'PUT', body: 'hello' })
      expect(put.status).toBe(201)
      const got = await fetch(`${read.url}${route}`)
      expect(await got.text()).toBe('hello')
      expect((await fetch(`${upload.url}${route}`)).status).toBe(405)
    } finally {
      await rm(storage, { recursive: true, force: true })
    }
  })

  it.each(functions)(
    '%s answers %s and no route of another function',
    async (name, own, foreign) => {
      await using started = await startFunction(name)
      const [method = '', route = ''] = own.split(' ')
      const answer = await fetch(`${started.url}${base}${route}`, { method })
      const text = await answer.text()
      expect(text).not.toContain('Nothing is answered here')
      expect(answer.status).not.toBe(405)
      const refused = await fetch(`${started.url}${base}${foreign[1]}`, { method: foreign[0] })
      expect([404, 405]).toContain(refused.status)
      expect(refused.headers.get('content-type')).toBe('application/problem+json')
    },
  )

  it.each(['/', '/__/', '/__/health', '/__/api/workspace/files'])(
    'only the function answers at %s',
    async (path) => {
      await using list = await startFunction('list')
      const answer = await fetch(`${list.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: 'no JSON',
      })
      expect(answer.status).toBe(404)
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
    },
  )

  it('scan accepts a CloudEvent, and finishes an event for an unknown object', async () => {
    await using scan = await startFunction('scan', { signature: 'cloudevent' })
    const deliver = (data: object) =>
      fetch(scan.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'ce-id': '1',
          'ce-specversion': '1.0',
          'ce-source': '//storage.googleapis.com/projects/_/buckets/bucket',
          'ce-type': 'google.cloud.storage.object.v1.finalized',
        },
        body: JSON.stringify(data),
      })
    const object = { bucket: 'bucket', name: 'workspaces/ann/none/a.txt', generation: '1' }
    expect((await deliver(object)).status).toBe(204)
    expect((await deliver({ bucket: 'bucket' })).status).toBe(204)
  })

  it('sweep answers a report', async () => {
    await using sweep = await startFunction('sweep')
    const answer = await fetch(`${sweep.url}${base}/sweep`, { method: 'POST' })
    expect(await answer.json()).toMatchObject({ finished: 0, expired: 0, failures: [] })
  })
})
