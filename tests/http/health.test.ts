import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { healthRoute, type EventQueueStatus } from '../../shared/http/health.ts'
import type { Ports } from '../../shared/ports/ports.ts'
import { openLocalWorkspace } from '../workspace/local-workspace.ts'

interface Health {
  status: string
  scanner: { engine: string; signaturesAt?: string; stale?: boolean }
  pending: { files: number; oldestCreatedAt?: string }
  queue?: { events: number; oldestQueuedAt: string | null }
}

async function health(ports: Ports, queue?: EventQueueStatus) {
  const answer = await new Hono().route('/', healthRoute(ports, queue)).request('/healthz')
  return { code: answer.status, ...((await answer.json()) as Health) }
}

const fail = () => Promise.reject(new Error('away'))

const hourMs = 3600 * 1000

describe('GET /healthz', () => {
  test('counts pending files and queued events, with their oldest', async () => {
    await using workspace = await openLocalWorkspace()
    const { ports, storage } = workspace
    expect(await health(ports, storage.events)).toMatchObject({
      code: 200,
      status: 'ok',
      pending: { files: 0 },
      queue: { events: 0, oldestQueuedAt: null },
    })
    const file = await workspace.upload('/a', 'text')
    const { pending, queue } = await health(ports, storage.events)
    expect(pending).toEqual({ files: 1, oldestCreatedAt: file.createdAt })
    expect(queue).toEqual({ events: 1, oldestQueuedAt: expect.stringMatching(/^2/) })
    expect((await health(ports)).queue).toBeUndefined()
  })

  test('signatures older than 48 hours are stale', async () => {
    await using workspace = await openLocalWorkspace()
    const { ports } = workspace
    const agedBy = (ageMs: number) => {
      const signaturesAt = new Date(ports.now().getTime() - ageMs).toISOString()
      const version = async () => ({ engine: 'clamd', signatureVersion: '1', signaturesAt })
      return { ...ports, scanner: { ...ports.scanner, version } }
    }
    expect((await health(agedBy(47 * hourMs))).scanner.stale).toBe(false)
    expect((await health(agedBy(49 * hourMs))).scanner.stale).toBe(true)
    expect((await health(ports)).scanner).not.toHaveProperty('stale')
  })

  test('is degraded without a scanner, and unavailable without a store', async () => {
    await using workspace = await openLocalWorkspace()
    const { ports } = workspace
    const scannerAway = { ...ports, scanner: { ...ports.scanner, version: fail } }
    expect(await health(scannerAway)).toMatchObject({ code: 200, status: 'degraded' })
    const catalog = Object.assign(Object.create(ports.catalog) as Ports['catalog'], {
      check: fail,
      countPending: fail,
    })
    expect(await health({ ...ports, catalog })).toMatchObject({
      code: 503,
      status: 'unavailable',
      pending: 'unavailable',
    })
  })

  test('caches a probe of the stores for two seconds', async () => {
    await using workspace = await openLocalWorkspace()
    const app = new Hono().route('/', healthRoute(workspace.ports))
    const pending = async () => {
      const answer = (await (await app.request('/healthz')).json()) as Health
      return answer.pending.files
    }
    expect(await pending()).toBe(0)
    await workspace.upload('/a', 'text')
    expect(await pending()).toBe(0)
    workspace.pass(2000)
    expect(await pending()).toBe(1)
  })
})
