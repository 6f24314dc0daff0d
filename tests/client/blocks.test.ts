import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { picture8x4 } from '../../blocks/fixtures/pictures.ts'
import { blocks } from '../../shared/client/blocks/blocks.ts'
import { createCoffer } from '../../shared/client/coffer.ts'
import { startLocalServer } from '../e2e/local/local-server.ts'
import type { Server } from '../e2e/support/target.ts'

let server: Server
beforeAll(async () => {
  server = await startLocalServer({ AUTH_MODE: 'local', CLAMAV_SERVICE_PORT: '1', PATH: '' })
})
afterAll(() => server?.[Symbol.asyncDispose]())

const openClient = () => {
  const user = randomUUID()
  return createCoffer({ baseUrl: server.url, token: () => `local:${user}` })
}

const input = { image: picture8x4, width: 4 }

test('lists, describes and runs blocks, and reads their runs', async () => {
  const coffer = openClient()
  const client = blocks(coffer)
  const { blocks: found } = await client.list({ q: 'ResizeImage' })
  const { id, name } = found[0] ?? { id: '', name: '' }
  expect(name).toBe('ResizeImage')
  expect((await client.get(id)).input).toMatchObject({ required: ['image'] })
  const run = await client.run(id, input, { key: 'k', session: 's1' })
  expect(run).toMatchObject({ state: 'completed', session: 's1' })
  expect(await client.run(id, input, { key: 'k', session: 's1' })).toEqual(run)
  expect(await client.result(run.id)).toEqual(run)
  expect(await client.cancel(run.id)).toEqual(run)
  expect((await client.runs({ limit: 5 })).runs.map((each) => each.id)).toEqual([run.id])
  const image = run.outputs.find((output) => output.name === 'image')?.value
  const [, file = ''] = /^workspace:\/\/([^#]+)/.exec(String(image)) ?? []
  expect(await coffer.get(file)).toMatchObject({ mimeType: 'image/webp' })
})

test('yields the events of a run', async () => {
  const client = blocks(openClient())
  const [block] = (await client.list({ q: 'ResizeImage' })).blocks
  const types: string[] = []
  for await (const event of client.events(block?.id ?? '', input)) types.push(event.type)
  expect(types).toEqual(['started', 'output', 'output', 'output', 'completed'])
})

test('leaving the loop cancels the run', async () => {
  const client = blocks(openClient())
  const [block] = (await client.list({ q: 'ResizeImage' })).blocks
  for await (const event of client.events(block?.id ?? '', input))
    if (event.type === 'started') break
  await expect
    .poll(async () => (await client.runs()).runs.map(({ state }) => state), { timeout: 20_000 })
    .toEqual(['cancelled'])
})

test('throws the refusal of a run that does not begin', async () => {
  const client = blocks(openClient())
  const [block] = (await client.list({ q: 'ResizeImage' })).blocks
  const wrong = client.events(block?.id ?? '', { widht: 4 })
  await expect(wrong.next()).rejects.toMatchObject({ code: 'invalid-request', status: 400 })
})
