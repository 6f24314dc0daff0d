import { randomUUID } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetchFile } from '../../../blocks/web/fetch-file.ts'
import { runBlock } from '../../../shared/blocks/run/run-block.ts'
import { parseReference } from '../../../shared/media/reference.ts'
import { readContent } from '../../../shared/workspace/read.ts'
import { openMedia } from '../../../shared/workspace/store-media/store-media.ts'
import { temporaryDirectory } from '../../support/disk-store.ts'
import { eicar } from '../../support/files/eicar.ts'
import { fetcherFor, startHost, type Host } from '../../support/http/fetch-world.ts'
import { openBlockHost, type BlockHost } from '../block-host.ts'

let host: BlockHost
let web: Host
beforeAll(async () => {
  host = await openBlockHost()
  web = await startHost((request, response) => {
    response.setHeader('content-type', 'text/csv')
    if (request.url === '/away') response.writeHead(302, { location: 'http://127.0.0.1:9/' })
    response.end(request.url === '/eicar' ? eicar() : 'a,b\n1,2\n')
  })
})
afterAll(async () => {
  await web[Symbol.asyncDispose]()
  await host[Symbol.asyncDispose]()
})

const caller = { workspaceId: 'alice' }

async function run(path: string) {
  await using directory = await temporaryDirectory()
  const sources = { ...host.host.ports.sources, fetchUrl: fetcherFor([web]) }
  const ports = { ...host.host.ports, sources }
  const media = openMedia(ports, { temporaryDirectory: directory.path })
  const input = { url: `http://files.example:${web.port}${path}` }
  const { signal } = new AbortController()
  const request = { block: fetchFile, caller, input, runId: randomUUID(), signal }
  const outputs: unknown[] = []
  let last: unknown
  for await (const event of runBlock({ ...host.host, ports, media }, request)) {
    if (event.type === 'output') outputs.push(event.value)
    last = event
  }
  expect(await readdir(`${directory.path}/exec_file`)).toEqual(['.incoming'])
  return { outputs, last }
}

test('a file of the public web is stored with its name and type', async () => {
  const { outputs, last } = await run('/table.csv')
  const reference = String(outputs[0])
  expect(reference).toMatch(/^workspace:\/\/[0-9a-f-]{36}#text\/csv$/)
  const { file, open } = await readContent(host.host.ports, caller, parseReference(reference))
  expect(file.name).toBe('table.csv')
  expect((await buffer(await open())).toString()).toBe('a,b\n1,2\n')
  expect(last).toMatchObject({ type: 'completed' })
})

test.each([
  ['an infected file', '/eicar', 'infected'],
  ['a redirect to this machine', '/away', 'invalid-request'],
])('%s fails the run', async (_, path, code) => {
  expect((await run(path)).last).toMatchObject({ type: 'failed', code })
})
