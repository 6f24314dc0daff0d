import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCoffer, type Coffer } from '../../shared/client/coffer.ts'
import { events, type FileEvent } from '../../shared/client/events.ts'
import { startLocalServer } from '../e2e/local/local-server.ts'
import type { Server } from '../e2e/support/target.ts'

let server: Server
beforeAll(async () => {
  server = await startLocalServer({ AUTH_MODE: 'local', CLAMAV_SERVICE_PORT: '1', PATH: '' })
})
afterAll(() => server?.[Symbol.asyncDispose]())

function newUser(): Coffer {
  const user = randomUUID()
  return createCoffer({ baseUrl: server.url, token: () => `local:${user}` })
}

const store = (coffer: Coffer, path: string) =>
  coffer.upload(new Blob(['x']), { path, strategy: 'raw' }).done

/** The next events, as `type path`. */
async function take(iterator: AsyncIterator<FileEvent>, count: number): Promise<string[]> {
  const taken: string[] = []
  while (taken.length < count) {
    const { value } = (await iterator.next()) as { value: FileEvent }
    taken.push(`${value.type} ${value.path}`)
  }
  return taken
}

describe('events()', () => {
  test('yields events in order, from the first one', async () => {
    const coffer = newUser()
    await store(coffer, '/a')
    const iterator = events(coffer, { after: 0 })
    expect(await take(iterator, 2)).toEqual(['created /a', 'ready /a'])
    await store(coffer, '/ü b')
    expect(await take(iterator, 2)).toEqual(['created /ü b', 'ready /ü b'])
    await coffer.delete('/a')
    expect(await take(iterator, 1)).toEqual(['deleted /a'])
    await iterator.return(undefined as never)
  })

  test('yields only later events without a number', async () => {
    const coffer = newUser()
    await store(coffer, '/before')
    const iterator = events(coffer)
    const next = take(iterator, 1)
    // The stream is open when the service counts it.
    await expect
      .poll(async () => {
        await store(coffer, `/${randomUUID()}`)
        return Promise.race([next, Promise.resolve()])
      })
      .toEqual([expect.stringMatching(/^(created|ready) \/[^b]/)])
    await iterator.return(undefined as never)
  })

  test('continues after a restart of the service without a loss or a repetition', async () => {
    const coffer = newUser()
    const iterator = events(coffer, { after: 0 })
    await store(coffer, '/1')
    expect(await take(iterator, 2)).toEqual(['created /1', 'ready /1'])
    const next = take(iterator, 4)
    await server.restart?.()
    await store(coffer, '/2')
    await server.kill?.()
    await store(coffer, '/3')
    expect(await next).toEqual(['created /2', 'ready /2', 'created /3', 'ready /3'])
    await iterator.return(undefined as never)
  })

  test('reconnects after a long silence', async () => {
    let opened = 0
    const silent = () => {
      opened += 1
      const id = opened === 1 ? 'id: 7\n\n' : ''
      const event = opened === 3 ? 'id: 8\ndata: {"type":"ready","path":"/late"}\n\n' : ''
      return new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode(`:\n\n${id}${event}`)),
      })
    }
    const asked: unknown[] = []
    const coffer = {
      stream: async (_: string, { after }: { after: string | undefined }) => {
        asked.push(after)
        return new Response(silent())
      },
    }
    const iterator = events(coffer, { silenceSeconds: 0.05 })
    expect(await take(iterator, 1)).toEqual(['ready /late'])
    expect(asked).toEqual([undefined, '7', '7'])
  })

  test('throws events-expired for a number that the service does not have', async () => {
    const iterator = events(newUser(), { after: 1_000_000 })
    await expect(iterator.next()).rejects.toMatchObject({ code: 'events-expired', status: 410 })
  })

  test('throws the reason of its signal', async () => {
    const ends = new AbortController()
    const iterator = events(newUser(), { signal: ends.signal })
    const next = iterator.next()
    ends.abort(new Error('enough'))
    await expect(next).rejects.toThrow('enough')
  })

  test('closes its connection when the caller stops', async () => {
    const coffer = newUser()
    await store(coffer, '/a')
    // A user can have ten streams open.
    for (let round = 0; round < 15; round += 1) {
      for await (const { type } of events(coffer, { after: 0 })) {
        expect(type).toBe('created')
        break
      }
    }
  })
})
