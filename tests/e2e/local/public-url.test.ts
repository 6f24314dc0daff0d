import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectProblem } from '../../support/http/problem.ts'
import { rawRequest } from '../../support/http/raw-http.ts'
import { Caller, readRecord } from '../support/caller.ts'
import { startLocalServer } from './local-server.ts'
import { startProxy } from '../support/proxy.ts'
import { localToken, type Server } from '../support/target.ts'

const path = '/files/api'

describe.each<[what: string, forwarded: (target: string) => string | undefined]>([
  ['keeps', (target) => (target.startsWith(`${path}/`) ? target : undefined)],
  ['strips', (target) => (target.startsWith(`${path}/`) ? target.slice(path.length) : undefined)],
])('behind a proxy that %s the path of PUBLIC_URL', (_, forwarded) => {
  let proxy: Awaited<ReturnType<typeof startProxy>>
  let server: Server
  let publicUrl: string
  const newUser = async () => {
    const user = `behind-${crypto.randomUUID()}`
    return new Caller(publicUrl, user, await localToken(user))
  }

  beforeAll(async () => {
    proxy = await startProxy((incoming) => {
      // Proxies send the upstream as Host; answers must not contain it.
      incoming.rawHeaders.splice(0, incoming.rawHeaders.length, ...withHost(incoming.rawHeaders))
      const target = forwarded(incoming.url ?? '')
      return target === undefined ? undefined : { origin: server.url, path: target }
    })
    publicUrl = proxy.url + path
    server = await startLocalServer({
      AUTH_MODE: 'local',
      MAX_FILE_SIZE_MB: '1',
      PUBLIC_URL: `${publicUrl}/`,
    })
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await proxy[Symbol.asyncDispose]()
  })

  test('stores a file, finds it at its Location and reads it', async () => {
    const user = await newUser()
    const created = await user.post([{ name: 'file', fileName: 'ä b.txt', body: 'hello' }])
    const { id } = await readRecord(created, 201)
    const location = new URL(created.headers.get('location') ?? '', created.url)
    expect(location.href).toBe(user.url(`/files/${id}`).href)
    expect(await user.text('/ä b.txt')).toBe('hello')
  })

  test('links and redirects contain the URL of the proxy', async () => {
    const user = await newUser()
    const { id } = await user.store('/a.txt', 'hello')
    const redirect = await user.get(`/files/${id}/download`)
    expect(redirect.headers.get('location')).toMatch(/^\/files\/api\/api\/workspace\/signed\//)
    const json = await user.get(`/files/${id}/download`, {
      headers: { accept: 'application/json' },
    })
    const { url } = (await json.json()) as { url: string }
    expect(url.startsWith(`${publicUrl}/api/workspace/signed/`)).toBe(true)
    for (const link of [new URL(redirect.headers.get('location') ?? '', redirect.url), url]) {
      expect(await (await fetch(link)).text()).toBe('hello')
    }
  })

  test('the upload URL contains the URL of the proxy', async () => {
    const user = await newUser()
    const { file, upload } = await user.reserve({ path: '/a.txt', sizeBytes: 5 })
    expect(upload.url.startsWith(`${publicUrl}/api/workspace/uploads/`)).toBe(true)
    expect((await fetch(upload.url, { method: 'PUT', body: 'hello' })).ok).toBe(true)
    expect(await user.settled(file.id)).toMatchObject({ state: 'ready' })
  })

  test('errors name routes with the public path', async () => {
    const user = await newUser()
    const { id } = await user.store('/a.txt', 'hello')
    await user.call('DELETE', `/files/${id}`)
    const { detail } = await expectProblem(await user.get(`/files/${id}/content`), 410, 'gone')
    const route = /POST (\S+)\.$/.exec(detail)?.[1] ?? ''
    const restored = await fetch(new URL(route, proxy.url), {
      method: 'POST',
      headers: { authorization: user.authorization },
    })
    await readRecord(restored, 200)
    const nowhere = await fetch(`${publicUrl}/api/workspace/nothing`)
    const problem = await expectProblem(nowhere, 404, 'not-found')
    expect(problem.detail).toContain(`${path}/api/workspace/files`)
  })

  test('finds a record by its path, and a numbered file at its Location', async () => {
    const user = await newUser()
    await user.store('/ä b.txt', 'hello')
    const query = { path: '/ä b.txt', onConflict: 'rename' }
    const created = await user.post([{ name: 'file', fileName: 'x', body: 'new' }], { query })
    const { id, path: numbered } = await readRecord(created, 201)
    expect(numbered).toBe('/ä b (2).txt')
    const location = new URL(created.headers.get('location') ?? '', created.url)
    expect(location.href).toBe(user.url(`/files/${id}`).href)
    const found = await user.get(`/paths${encodeURI(numbered)}`)
    expect(await readRecord(found, 200)).toMatchObject({ id })
  })

  test('errors of one of several files name routes with the public path', async () => {
    const user = await newUser()
    const big = { name: 'file', fileName: 'big', body: Buffer.alloc(1_500_000) }
    const response = await user.post([{ name: 'file', fileName: 'a', body: 'small' }, big])
    expect(response.status).toBe(207)
    expect(await response.json()).toMatchObject({
      files: [
        { status: 201 },
        { problem: { detail: expect.stringContaining(`POST ${path}/api/workspace/uploads`) } },
      ],
    })
  })

  test('answers health checks with and without the public path', async () => {
    for (const url of [`${publicUrl}/healthz`, `${server.url}/healthz`]) {
      expect((await fetch(url)).status).toBe(200)
    }
    const options = { method: 'OPTIONS', target: `${path}/` }
    expect((await rawRequest(proxy.url, options))?.status).toBe(204)
  })
})

test('a redirect without PUBLIC_URL contains no host', async () => {
  await using server = await startLocalServer({ AUTH_MODE: 'local' })
  const user = new Caller(server.url, 'ann', await localToken('ann'))
  const { id } = await user.store('/a.txt', 'hello')
  const answer = await user.raw({ method: 'GET', target: `/files/${id}/download` })
  expect(answer?.headers.get('location')).toMatch(/^\/api\/workspace\/signed\//)
})

function withHost(rawHeaders: string[]): string[] {
  const at = rawHeaders.findIndex((name, index) => index % 2 === 0 && /^host$/i.test(name))
  return rawHeaders.with(at + 1, 'localhost:1')
}
