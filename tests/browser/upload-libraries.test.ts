import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser } from 'playwright-core'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FaultProxy } from '../client/fault-proxy.ts'
import { Caller } from '../e2e/support/caller.ts'
import { startLocalServer } from '../e2e/local/local-server.ts'
import { localToken } from '../e2e/support/target.ts'
import { eicar } from '../support/files/eicar.ts'
import { skipWithoutProgram } from '../support/programs.ts'
import { openWebServer } from '../library/library-world.ts'
import { chromiumOptions } from './chromium.ts'

/** The development scanner, which finds EICAR. */
const scanned = { AUTH_MODE: 'local', CLAMAV_SERVICE_PORT: '1', PATH: '' }
const repository = fileURLToPath(new URL('../../', import.meta.url))

/** The lines of a library in docs/client.md. They read `api`, `token` and `show` from the page. */
async function documentedLines(library: string): Promise<string> {
  const page = await readFile(`${repository}docs/client.md`, 'utf8')
  const [, lines] = new RegExp(`\`\`\`ts ${library}\n(.+?)\n\`\`\``, 's').exec(page) ?? []
  if (lines === undefined) throw new Error(`docs/client.md has no lines for ${library}`)
  return lines
}

async function bundledLines(library: string): Promise<string> {
  const input = `${repository}${library}.documented.ts`
  const lines = await documentedLines(library)
  await using bundle = await rolldown({
    input,
    platform: 'browser',
    plugins: [
      {
        name: 'documented',
        resolveId: (id) => (id === input ? id : undefined),
        load: (id) => (id === input ? lines : undefined),
      },
    ],
  })
  const { output } = await bundle.generate({ format: 'iife' })
  return output[0].code
}

const document = (library: string) => `<!doctype html><title>Upload</title>
<input id="input" type="file" multiple><form id="drop" action="#">Drop</form><ul id="shown"></ul>
<script src="settings.js"></script><script src="${library}.js"></script>`

/** Defines what the lines read, and shows each text as an item of a list. */
const settings = (api: string, token: string) => `
  globalThis.api = ${JSON.stringify(api)}
  globalThis.token = ${JSON.stringify(token)}
  globalThis.show = (name, text) => {
    const item = document.createElement('li')
    item.textContent = name + ': ' + text
    document.querySelector('#shown').append(item)
  }`

const libraries = [
  ['Uppy', 'uppy', '#input'],
  ['FilePond', 'filepond', 'input.filepond--browser'],
  ['Dropzone', 'dropzone', 'input.dz-hidden-input'],
] as const

function file(name: string, content: string | Buffer) {
  return { name, mimeType: 'text/plain', buffer: Buffer.from(content) }
}

interface Site extends AsyncDisposable {
  /** Where the page is. */
  origin: string
  /** The address of the service for the page. */
  api: string
}

/** Serves the page, by its path. */
type Serve = (path: string, response: ServerResponse) => boolean

async function onOtherOrigin(serve: Serve): Promise<Site> {
  await using opened = new AsyncDisposableStack()
  const { origin } = opened.use(
    await openWebServer((request, response) => {
      if (!serve(request.url ?? '', response)) response.writeHead(404).end()
    }),
  )
  const server = opened.use(await startLocalServer({ ...scanned, CORS_ORIGINS: origin }))
  const resources = opened.move()
  return { origin, api: server.url, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

async function onSameOrigin(page: Serve): Promise<Site> {
  await using opened = new AsyncDisposableStack()
  const server = opened.use(await startLocalServer(scanned))
  const { url } = opened.use(await FaultProxy.start({ api: server.url, page }))
  const resources = opened.move()
  return { origin: url, api: url, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

describe.skipIf(skipWithoutProgram('chromium')).each([
  ['on another origin than the service', onOtherOrigin],
  ['on the origin of the service', onSameOrigin],
])('upload libraries in Chromium, with the lines of docs/client.md, %s', (_, start) => {
  const scripts = new Map<string, string>()
  let opened: AsyncDisposableStack | undefined
  let browser: Browser
  let site: Site

  const serve: Serve = (path, response) => {
    const isPage = path === '/' || path.startsWith('/?')
    const script = scripts.get(path)
    if (!isPage && script === undefined) return false
    response.setHeader('Content-Type', isPage ? 'text/html' : 'text/javascript')
    response.end(isPage ? document(path.slice(2)) : script)
    return true
  }

  beforeAll(async () => {
    opened = new AsyncDisposableStack()
    site = opened.use(await start(serve))
    for (const [, library] of libraries) {
      scripts.set(`/${library}.js`, await bundledLines(library))
    }
    browser = await chromium.launch(chromiumOptions())
    opened.defer(() => browser.close())
  })
  afterAll(() => opened?.disposeAsync())

  test.each(libraries)(
    '%s stores files under their names, and shows the refusals of the API once',
    async (_, library, input) => {
      const user = randomUUID()
      scripts.set('/settings.js', settings(site.api, `local:${user}`))
      const page = await browser.newPage()
      const thrown: string[] = []
      page.on('pageerror', ({ message }) => thrown.push(message))
      let posts = 0
      page.on('request', (request) => (posts += request.method() === 'POST' ? 1 : 0))
      await page.goto(`${site.origin}/?${library}`)
      const ann = new Caller(site.api, user, await localToken(user))
      await ann.store('/uploads/taken.txt', 'before')
      const files = [
        file('ü b.txt', 'hello'),
        file('empty.txt', ''),
        file('virus.txt', eicar()),
        file('taken.txt', 'after'),
      ]
      await page.locator(input).setInputFiles(files)
      const shown = page.locator('#shown li')
      await expect.poll(() => shown.count(), { timeout: 20_000 }).toBe(files.length)
      const texts = Object.fromEntries(
        (await shown.allTextContents()).map((text) => text.split(': ') as [string, string]),
      )
      expect(texts).toEqual({
        'ü b.txt': 'stored',
        'empty.txt': 'stored',
        'virus.txt': expect.stringMatching(/infected.*is not served/),
        'taken.txt': expect.stringMatching(/^There is already a file at "\/uploads\/taken.txt"/),
      })
      const stored = await ann.list({ sort: 'path', state: 'ready' })
      expect(stored.files.map(({ path, sizeBytes }) => [path, sizeBytes])).toEqual([
        ['/uploads/empty.txt', 0],
        ['/uploads/taken.txt', 6],
        ['/uploads/ü b.txt', 5],
      ])
      expect(posts).toBe(files.length)
      expect(thrown).toEqual([])
      await page.close()
    },
  )
})
