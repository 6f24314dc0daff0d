import { once } from 'node:events'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, inject, it, vi } from 'vitest'
import { call, jsonOf, type Client } from './client.ts'
import { scratch } from './crash-rounds.ts'
import { startProcess } from './server-process.ts'

vi.setConfig({ testTimeout: 120_000 })

const sizeBytes = 200_000

describe('several processes over one directory', () => {
  it('a start keeps the uploads that another process is receiving', async () => {
    await using place = await scratch(inject('crashingServer'))
    await using first = startProcess(place)
    const client = { origin: await first.ready, user: 'ann' }
    await first.swept
    const upload = await beginUpload(client, '/slow.bin')

    await using second = startProcess(place)
    await second.swept
    expect(await reserved(client)).toBe(sizeBytes)
    expect(await upload.finish()).toBe(201)
    const other = { ...client, origin: await second.ready }
    const { status, bytes } = await call(other, 'GET /content/slow.bin')
    expect([status, bytes.length]).toEqual([200, sizeBytes])
  })

  it('only the next process that is alone expires the uploads of a killed process', async () => {
    await using place = await scratch(inject('crashingServer'))
    await using first = startProcess(place)
    const client = { origin: await first.ready, user: 'ann' }
    await first.swept
    await using second = startProcess(place)
    await second.swept
    const ofSecond = { ...client, origin: await second.ready }

    await beginUpload(client, '/lost.bin')
    const upload = await beginUpload(ofSecond, '/kept.bin')
    await first.kill()
    await using third = startProcess(place)
    await third.swept
    expect(await reserved(ofSecond)).toBe(2 * sizeBytes)
    expect(await upload.finish()).toBe(201)

    await Promise.all([second.kill(), third.kill()])
    await using fourth = startProcess(place)
    const alone = { ...client, origin: await fourth.ready }
    await fourth.swept
    expect(await reserved(alone)).toBe(0)
    expect((await call(alone, 'GET /content/lost.bin')).status).toBe(404)
    expect((await call(alone, 'GET /content/kept.bin')).status).toBe(200)
  })

  it('processes that start at the same time keep the uploads of each other', async () => {
    await using place = await scratch(inject('crashingServer'))
    await using opened = new AsyncDisposableStack()
    const servers = [1, 2, 3].map(() => opened.use(startProcess(place)))
    const uploads = await Promise.all(
      servers.map(async (server, i) =>
        beginUpload({ origin: await server.ready, user: 'ann' }, `/${i}.bin`),
      ),
    )
    await Promise.all(servers.map((server) => server.swept))
    expect(await Promise.all(uploads.map((upload) => upload.finish()))).toEqual([201, 201, 201])
  })
})

/** Sends half of a `PUT`. Resolves when its reservation is written. */
async function beginUpload(client: Client, path: string) {
  const bytes = Buffer.alloc(sizeBytes, path)
  const before = await reserved(client)
  const sending = request(`${client.origin}/api/workspace/content${path}`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer local:${client.user}`,
      'content-length': sizeBytes,
      prefer: 'wait=30',
    },
  })
  sending.on('error', () => undefined)
  sending.write(bytes.subarray(0, sizeBytes / 2))
  while ((await reserved(client)) < before + sizeBytes) await setTimeout(20)
  return {
    finish: async () => {
      sending.end(bytes.subarray(sizeBytes / 2))
      const [answer] = await once(sending, 'response')
      await text(answer)
      return answer.statusCode as number
    },
  }
}

async function reserved(client: Client): Promise<number> {
  const usage = jsonOf(await call(client, 'GET /usage')) as { reservedBytes: number }
  return usage.reservedBytes
}
