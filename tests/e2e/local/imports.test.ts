import type { RequestListener, ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { eicar } from '../../support/files/eicar.ts'
import { startHost, type Host } from '../../support/http/fetch-world.ts'
import { expectProblem } from '../../support/http/problem.ts'
import type { Api } from '../support/api.ts'
import { importCases } from '../cases/uploads/imports.ts'
import { expectNothingStored, readRecord, type Caller } from '../support/caller.ts'
import { startLocalServer } from './local-server.ts'
import { withServer } from '../suite.ts'
import { localToken } from '../support/target.ts'
import { freePort } from '../../support/free-port.ts'

const program = fileURLToPath(new URL('./importing-server.ts', import.meta.url))
/** The only allowed port. The web hosts of the tests use it one after the other. */
const webPort = await freePort()
const start = (env: Record<string, string> = {}) =>
  startLocalServer({ IMPORT_ALLOWED_PORTS: `80,443,${webPort}`, ...env }, program)
const startWeb = (answer: RequestListener) => startHost(answer, webPort)

const patience = { timeout: 20_000, interval: 100 }

const importing = (
  user: Caller,
  json: Record<string, unknown>,
  { wait = 30, ...init }: RequestInit & { wait?: number } = {},
) => user.call('POST', '/imports', { ...init, json, headers: { prefer: `wait=${wait}` } })

const urlOf = (host: Host, path = '/file.txt') => `http://files.example.test:${host.port}${path}`

/** A host that sends the first bytes of an answer and waits for the test before it continues. */
async function startSlowHost(declared?: number) {
  let answer: ServerResponse | undefined
  const host = await startWeb((_, response) => {
    if (declared !== undefined) response.setHeader('Content-Length', declared)
    response.write('12345')
    answer = response
  })
  return { ...host, finish: (rest = '67890') => answer?.end(rest) }
}

async function pendingOf(user: Caller) {
  const seen = async () => (await user.list({ state: 'pending' })).files[0]
  await expect.poll(seen, patience).toBeDefined()
  const file = await seen()
  if (!file) throw new Error('The pending file has gone')
  return file
}

function urlCases(api: Api): void {
  describe('imports of URLs', () => {
    test('get the name and type of the response and store its bytes unchanged', async () => {
      await using host = await startWeb((_, response) => {
        response.setHeader('Content-Type', 'text/plain')
        response.end('<!doctype html><p>hello')
      })
      const user = await api.newUser()
      const answer = await importing(user, { source: urlOf(host, '/a/r%C3%A9sum%C3%A9.html') })
      expect(await readRecord(answer, 201)).toMatchObject({
        path: '/résumé.html',
        mimeType: 'text/html',
        state: 'ready',
        sizeBytes: 23,
      })
    })

    test('of an infected file are 422', async () => {
      await using host = await startWeb((_, response) => response.end(eicar()))
      const user = await api.newUser()
      await expectProblem(await importing(user, { source: urlOf(host) }), 422, 'infected')
    })

    test.each([undefined, 10])(
      'show the received bytes in their record during the transfer (declared: %s)',
      async (declared) => {
        await using host = await startSlowHost(declared)
        const user = await api.newUser()
        const answer = importing(user, { source: urlOf(host) })
        const { id, path } = await pendingOf(user)
        expect(path).toBe('/file.txt')
        const received = async () => (await user.record(id)).reservation?.receivedBytes
        await expect.poll(received, patience).toBe(5)
        const { reservation } = await user.record(id)
        expect(reservation?.maxBytes).toBe(declared ?? 100 * 1024 * 1024)
        host.finish()
        expect(await readRecord(await answer, 201)).toMatchObject({ id, sizeBytes: 10 })
        expect(await user.usage()).toMatchObject({ usedBytes: 10, reservedBytes: 0 })
      },
    )

    test('are 202 with Location if the wait ends first, and continue', async () => {
      await using host = await startSlowHost()
      const user = await api.newUser()
      const answer = await importing(user, { source: urlOf(host) }, { wait: 0 })
      const { id } = await readRecord(answer, 202)
      expect(answer.headers.get('location')).toBe(`/api/workspace/files/${id}`)
      expect(answer.headers.get('retry-after')).toBe('1')
      host.finish()
      expect(await user.settled(id)).toMatchObject({ state: 'ready', sizeBytes: 10 })
    })

    test('end if the client disconnects before the answer, and store nothing', async () => {
      await using host = await startSlowHost()
      const user = await api.newUser()
      const leaving = new AbortController()
      const answer = importing(user, { source: urlOf(host) }, { signal: leaving.signal })
      await pendingOf(user)
      leaving.abort()
      await expect(answer).rejects.toThrow('aborted')
      await expect.poll(host.open, patience).toBe(0)
      await expectNothingStored(user)
    })

    test('end if their file is deleted, and store nothing', async () => {
      await using host = await startSlowHost()
      const user = await api.newUser()
      const answer = importing(user, { source: urlOf(host) })
      const { id } = await pendingOf(user)
      expect((await user.call('DELETE', `/files/${id}`)).status).toBe(204)
      await expectProblem(await answer, 410, 'gone')
      await expect.poll(host.open, patience).toBe(0)
      await expectNothingStored(user)
    })

    test('with a broken transfer store nothing and reveal nothing of the source', async () => {
      await using host = await startWeb((_, response) => {
        response.setHeader('Content-Length', 10)
        response.write('12345', () => response.destroy())
      })
      const user = await api.newUser()
      const answer = await importing(user, { source: urlOf(host) })
      const problem = await expectProblem(answer, 400, 'invalid-request', 'source')
      expect(problem.detail).toContain('was truncated')
      await expectNothingStored(user)
    })

    test('reserve path and quota from the start', async () => {
      await using host = await startSlowHost(10)
      const user = await api.newUser()
      const answer = importing(user, { source: urlOf(host) })
      await pendingOf(user)
      expect(await user.usage()).toMatchObject({ usedBytes: 0, reservedBytes: 10 })
      const other = await importing(user, { source: 'data:,x', path: '/file.txt' })
      await expectProblem(other, 409, 'path-taken')
      host.finish()
      await readRecord(await answer, 201)
    })

    test('finish before the server exits', async () => {
      await using host = await startSlowHost()
      await using server = await start()
      const token = await localToken('ann')
      const call = (method: string, route: string, body?: string) =>
        fetch(`${server.url}/api/workspace${route}`, {
          method,
          headers: {
            authorization: token,
            prefer: 'wait=0',
            ...(body !== undefined && { 'content-type': 'application/json' }),
          },
          ...(body !== undefined && { body }),
        })
      const answer = await call('POST', '/imports', JSON.stringify({ source: urlOf(host) }))
      const { id } = await readRecord(answer, 202)
      const restarted = server.restart?.()
      // It accepts no more connections, and still waits.
      await expect.poll(() => call('GET', '/usage').catch(() => 'gone'), patience).toBe('gone')
      host.finish()
      await restarted
      const state = async () => (await readRecord(await call('GET', `/files/${id}`), 200)).state
      await expect.poll(state, patience).toBe('ready')
    })
  })
}

function narrowCases(api: Api): void {
  describe('imports within narrow limits', () => {
    test('with a declared size over the file limit are refused immediately', async () => {
      await using host = await startSlowHost(2_000_000)
      const user = await api.newUser()
      await expectProblem(await importing(user, { source: urlOf(host) }), 413, 'too-large')
      await expectNothingStored(user)
    })

    test('end when they exceed the file limit', async () => {
      await using host = await startWeb((_, response) => {
        const more = () => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        }
        response.on('drain', more)
        more()
      })
      const user = await api.newUser()
      await expectProblem(await importing(user, { source: urlOf(host) }), 413, 'too-large')
      await expect.poll(host.open, patience).toBe(0)
      await expectNothingStored(user)
    })

    test('of unknown size use the free quota and not more', async () => {
      await using host = await startWeb((request, response) => {
        response.write(Buffer.alloc(Number(request.url?.slice(1))))
        response.end()
      })
      const user = await api.newUser()
      for (const path of ['/a', '/b']) await user.store(path, Buffer.alloc(1_000_000))
      const free = 2 * 1024 * 1024 - 2_000_000
      const over = await importing(user, { source: urlOf(host, `/${free + 1}`) })
      await expectProblem(over, 413, 'quota-exceeded')
      const fits = await importing(user, { source: urlOf(host, `/${free}`) })
      expect(await readRecord(fits, 201)).toMatchObject({ sizeBytes: free })
    })
  })
}

describe('a server that may fetch from loopback', () => {
  withServer({ start, token: localToken }, {}, [importCases, urlCases])
})
describe('with narrow limits', () => {
  const narrow = { MAX_FILE_SIZE_MB: '1', WORKSPACE_QUOTA_MB: '2' }
  withServer({ start, token: localToken }, narrow, [narrowCases])
})
