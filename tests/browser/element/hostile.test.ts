import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  chromium,
  type Browser,
  type BrowserContext,
  type Page,
  type Request,
} from 'playwright-core'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startLocalServer } from '../../e2e/local/local-server.ts'
import { Caller } from '../../e2e/support/caller.ts'
import { localToken, type Server } from '../../e2e/support/target.ts'
import { hostileFiles, hostileScript } from '../../support/files/hostile.ts'
import { skipWithoutProgram } from '../../support/programs.ts'
import { chromiumOptions } from '../chromium.ts'
import { startElementServer, type ElementServer } from './element-server.ts'

describe.skipIf(skipWithoutProgram('chromium'))('<coffer-file> over a real service', () => {
  let opened: AsyncDisposableStack | undefined
  let browser: Browser
  let pages: ElementServer
  let api: Server
  let user: Caller
  /** A server that nothing may reach. */
  let stranger: HttpServer
  let strange: string
  let reached: IncomingMessage[] = []
  let context: BrowserContext
  let page: Page
  let requests: Request[] = []
  let dialogs: string[] = []

  beforeAll(async () => {
    opened = new AsyncDisposableStack()
    stranger = createServer((request, response) => {
      reached.push(request)
      response.setHeader('Access-Control-Allow-Origin', '*').end('stolen')
    }).listen(0, '127.0.0.1')
    await once(stranger, 'listening')
    opened.defer(() => void stranger.close())
    strange = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`
    pages = opened.use(await startElementServer())
    api = opened.use(
      await startLocalServer({
        AUTH_MODE: 'local',
        CLAMAV_SERVICE_ENABLED: 'false',
        CORS_ORIGINS: pages.origin,
      }),
    )
    // The page may load from the stranger: only the element keeps it from that.
    pages.connect = `${api.url} ${strange}`
    user = new Caller(api.url, 'ann', await localToken('ann'))
    browser = await chromium.launch(chromiumOptions())
    opened.defer(() => browser.close())
  })
  afterAll(() => opened?.disposeAsync())

  beforeEach(async () => {
    reached = []
    requests = []
    dialogs = []
    context = await browser.newContext({ viewport: { width: 1600, height: 6000 } })
    context.on('request', (request) => requests.push(request))
    context.on('page', (opened) => {
      opened.on('dialog', (dialog) => {
        dialogs.push(dialog.message())
        void dialog.dismiss()
      })
    })
    page = await context.newPage()
    page.setDefaultTimeout(15_000)
    await page.goto(`${pages.origin}/harness`)
  })
  afterEach(() => context.close())

  const run = (code: string) => page.evaluate(`(() => { ${code} })()`)
  const token = () => user.authorization.replace('Bearer ', '')
  const signIn = (base = api.url) =>
    run(`harness.CofferFile.client = harness.createClient({
      api: '${base}/api/workspace', getToken: () => '${token()}' })`)
  const show = (src: string, attributes = {}) =>
    run(`harness.add('image', ${JSON.stringify({ src, ...attributes })})`)
  const reaches = (state: string) => page.locator(`coffer-file:state(${state})`).first().waitFor()

  test('hostile files never run, in any shape or in the tab that opens them', async () => {
    await signIn()
    const sources: string[] = []
    for (const [name, bytes] of Object.entries(hostileFiles(strange))) {
      const stored = await user.store(`/corpus/${name}`, new Uint8Array(Buffer.from(bytes)))
      sources.push(`workspace://${stored.id}#${stored.mimeType}`)
    }
    for (const src of sources)
      for (const shape of ['fill', 'chip'])
        await show(src, { shape, seen: 'no', label: hostileScript(strange) })
    const count = sources.length * 2
    await expect
      .poll(() => page.locator('coffer-file:is(:state(image), :state(document))').count(), {
        timeout: 60_000,
      })
      .toBe(count)
    for (const button of await page
      .locator('[shape=chip]')
      .getByRole('button', { name: 'Open' })
      .all())
      await button.click()
    await expect
      .poll(() => requests.filter(isLink).length, { timeout: 30_000 })
      .toBe(sources.length)
    for (const tab of context.pages()) {
      await tab.waitForLoadState()
      expect(await tab.evaluate('globalThis.pwned')).toBeUndefined()
    }
    expect(dialogs).toEqual([])
    expect(reached.map(({ url }) => url)).toEqual([])
  })

  test('the token goes to the API only, in a header, and is kept nowhere', async () => {
    await signIn()
    const bytes = await sharp({
      create: { width: 60, height: 40, channels: 3, background: 'teal' },
    })
      .png()
      .toBuffer()
    const { id } = await user.store('/beach.png', new Uint8Array(bytes))
    await show(`workspace://${id}#image/png`)
    await page.locator('coffer-file img').waitFor()
    const tab = context.waitForEvent('page')
    await page.getByRole('button', { name: 'Open' }).click()
    await (await tab).waitForLoadState()
    const secret = token()
    for (const request of requests) {
      const { authorization } = await request.allHeaders()
      const isCall = request.url().startsWith(`${api.url}/api/workspace/files/`)
      expect(authorization).toBe(
        isCall && request.method() !== 'OPTIONS' ? user.authorization : undefined,
      )
      expect(request.url()).not.toContain(secret)
      expect((await request.allHeaders())['cookie']).toBeUndefined()
      const { referer = '' } = await request.allHeaders()
      expect(isCall ? referer : '').toBe('')
    }
    const kept = await page.evaluate(
      'JSON.stringify([localStorage, sessionStorage, history.state, location.href, document.documentElement.outerHTML])',
    )
    expect(kept).not.toContain(secret)
  })

  test('a redirect of the API to another origin is not followed', async () => {
    const redirecting = createServer((request, response) => {
      const cors = {
        'Access-Control-Allow-Origin': '*',
        'Access-Control-Allow-Headers': 'authorization, accept',
      }
      if (request.method === 'OPTIONS') response.writeHead(204, cors).end()
      else response.writeHead(302, { ...cors, Location: `${strange}/steal` }).end()
    }).listen(0, '127.0.0.1')
    await once(redirecting, 'listening')
    const base = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`
    pages.connect = `${base} ${strange}`
    await page.goto(`${pages.origin}/harness`)
    await signIn(base)
    await show('workspace:///beach.png')
    await reaches('failed')
    expect(reached).toEqual([])
    pages.connect = `${api.url} ${strange}`
    redirecting.close()
  })

  test('asks to sign in after a refused token, and shows the file after that', async () => {
    const { id } = await user.store('/notes.txt', 'hello')
    await run(
      `harness.CofferFile.client = harness.createClient({
        api: '${api.url}/api/workspace', getToken: () => 'expired' })`,
    )
    await show(`workspace://${id}`)
    await reaches('no-access')
    await signIn()
    await reaches('document')
    await expect.poll(() => page.locator('pre').textContent()).toBe('hello')
  })

  test('shows a file as soon as its bytes have arrived, and after it was deleted and restored', async () => {
    await signIn()
    const bytes = Buffer.from('hello')
    const json = { path: '/late.txt', mimeType: 'text/plain', sizeBytes: bytes.length }
    const ticket = (await (await user.call('POST', '/uploads', { json })).json()) as {
      file: { id: string }
      upload: { url: string }
    }
    await show(`workspace://${ticket.file.id}#text/plain`)
    await reaches('pending')
    await fetch(ticket.upload.url, { method: 'PUT', body: bytes })
    await reaches('document')
    await user.call('DELETE', `/files/${ticket.file.id}`)
    await run(`document.querySelector('coffer-file').reload()`)
    await page.getByRole('button', { name: 'Restore late.txt' }).click()
    await reaches('document')
    expect((await user.get(`/files/${ticket.file.id}`)).status).toBe(200)
  })
})

function isLink(request: Request): boolean {
  return request.url().includes('/download?') && request.method() === 'GET'
}
