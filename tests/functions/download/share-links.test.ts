import { afterEach, beforeEach, expect, test } from 'vitest'
import { shareLinkRoutes } from '../../../functions/download/share-links.ts'
import { shareRoutes } from '../../../functions/download/shares.ts'
import { scan } from '../../../shared/workspace/scan/scan.ts'
import { httpApp } from '../../support/http/http-app.ts'
import { caller, openLocalWorkspace, type LocalWorkspace } from '../../workspace/local-workspace.ts'

const base = '/api/workspace'
const settings = { crossOriginResourcePolicy: 'same-origin' }
const headers = {
  Authorization: `Bearer local:${caller.workspaceId}`,
  'Content-Type': 'application/json',
}

let workspace: LocalWorkspace
beforeEach(async () => {
  workspace = await openLocalWorkspace()
  const { storagePath } = await workspace.upload('/secret-folder/x.txt', 'hello')
  const blob = await workspace.ports.blobs.stat(storagePath)
  if (blob) await scan(workspace.ports, blob)
})
afterEach(() => workspace[Symbol.asyncDispose]())

async function opened() {
  const process = new AsyncDisposableStack()
  const links = shareLinkRoutes(workspace.ports, settings, (work) => process.defer(work))
  const { app, entries } = httpApp((all) =>
    all.route('/', shareRoutes(workspace.ports)).route('/', links),
  )
  const body = JSON.stringify({ folder: '/secret-folder' })
  const created = await app.request(`${base}/shares`, { method: 'POST', headers, body })
  const { url, id } = (await created.json()) as { url: string; id: string }
  return { app, entries, process, url, id, token: url.slice(url.lastIndexOf('/') + 1) }
}

test('no line of the log contains the token, a name or a query', async () => {
  const { app, entries, url, token, id } = await opened()
  const requests: [string, string][] = [
    ['GET', url],
    ['HEAD', url],
    ['GET', `${url}/files?cursor=secret`],
    ['GET', `${url}/files/x.txt`],
    ['GET', `${url}/files/secret.txt`],
    ['GET', `${url}/secret`],
    ['POST', url],
    ['OPTIONS', url],
    ['GET', `${base}/s/${token}x`],
  ]
  for (const [method, path] of requests) await app.request(path, { method, headers })
  await app.request(`${base}/shares/${id}`, { method: 'DELETE', headers })
  await app.request(url)
  expect(entries).toHaveLength(requests.length + 3)
  expect(JSON.stringify(entries)).not.toMatch(/secret/)
  expect(JSON.stringify(entries)).not.toContain(token)
  const messages = entries.map(({ message }) => message)
  expect(messages).toContain(`GET ${base}/s/:token/files/* 200`)
  expect(messages).toContain(`GET ${base}/s/:token 410`)
})

test('a fault of the catalog is logged without the token', async () => {
  const { entries, url, token } = await opened()
  await workspace.storage[Symbol.asyncDispose]()
  const routes = shareLinkRoutes(workspace.ports, settings)
  const { app, entries: later } = httpApp((all) => all.route('/', routes))
  expect((await app.request(url)).status).toBeGreaterThanOrEqual(500)
  expect(later.length).toBeGreaterThan(1)
  expect(JSON.stringify([...entries, ...later])).not.toContain(token)
})

test('downloads that are not counted yet are written when the server closes', async () => {
  const { app, process, url, id } = await opened()
  for (let i = 0; i < 3; i += 1) await (await app.request(`${url}/files/x.txt`)).text()
  expect(await workspace.ports.shares.get(id)).toMatchObject({ downloadCount: 1 })
  await process.disposeAsync()
  expect(await workspace.ports.shares.get(id)).toMatchObject({ downloadCount: 3 })
})
