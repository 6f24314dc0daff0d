import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createCoffer } from '../../shared/client/coffer.ts'
import { events, type FileEvent } from '../../shared/client/events.ts'

async function take(source: AsyncGenerator<FileEvent>, count: number): Promise<FileEvent[]> {
  const taken: FileEvent[] = []
  while (taken.length < count) {
    const { value } = await source.next()
    taken.push(value as FileEvent)
  }
  return taken
}

const block = (id: number) => `id: ${id}\ndata: {"sequence":${id}}\n\n`

/** Answers each request by the next script. Records the positions that were asked for. */
async function serve(...scripts: ((outgoing: ServerResponse) => void)[]) {
  const asked: (string | null)[] = []
  const server = createServer(({ url }, outgoing) => {
    asked.push(new URL(url ?? '', 'http://x').searchParams.get('after'))
    const script = scripts[Math.min(asked.length, scripts.length) - 1]
    script?.(outgoing)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    asked,
    coffer: createCoffer({
      baseUrl: `http://127.0.0.1:${port}`,
      token: ({ refresh }) => `${refresh}`,
    }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const problem = (status: number, code: string) => (outgoing: ServerResponse) =>
  void outgoing.writeHead(status).end(
    JSON.stringify({
      type: `urn:coffer:problem:${code}`,
      status,
      detail: 'x',
      title: 'x',
      instance: 'x',
    }),
  )

describe('events() from a service that fails', () => {
  test('resume after the last event when the connection is cut within a block', async () => {
    await using service = await serve(
      (outgoing) => {
        outgoing.write(block(1) + block(2).slice(0, 12))
        setTimeout(() => outgoing.destroy(), 20)
      },
      (outgoing) => void outgoing.end('id: 2\n\n'),
      (outgoing) => void outgoing.write(block(3)),
    )
    const source = events(service.coffer)
    expect(await take(source, 2)).toEqual([{ sequence: 1 }, { sequence: 3 }])
    expect(service.asked).toEqual([null, '1', '2'])
    await source.return(undefined as never)
  })

  test('retry after 503, refresh a token once after 401, and end at 403', async () => {
    await using service = await serve(
      problem(503, 'store-unavailable'),
      problem(401, 'unauthenticated'),
      (outgoing) => void outgoing.end(block(1)),
      problem(403, 'forbidden'),
    )
    const source = events(service.coffer, { after: 0 })
    expect(await take(source, 1)).toEqual([{ sequence: 1 }])
    await expect(source.next()).rejects.toMatchObject({ code: 'forbidden' })
    expect(service.asked).toEqual(['0', '0', '0', '1'])
  })

  test('reconnect when no byte arrives', async () => {
    await using service = await serve(
      (outgoing) => void outgoing.write(block(1)),
      (outgoing) => void outgoing.write(block(2)),
    )
    const source = events(service.coffer, { silenceSeconds: 0.05 })
    expect(await take(source, 2)).toEqual([{ sequence: 1 }, { sequence: 2 }])
    await source.return(undefined as never)
  })
})
