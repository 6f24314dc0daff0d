import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Caller } from '../e2e/support/caller.ts'
import { startLocalServer } from '../e2e/local/local-server.ts'
import { localToken, type Server } from '../e2e/support/target.ts'
import { eicar } from '../support/files/eicar.ts'
import { skipWithoutProgram } from '../support/programs.ts'
import { skipWithoutVite, startPageServer, type PageServer } from './built-example.ts'
import { chromiumOptions } from './chromium.ts'

const mib = 1024 * 1024

describe.skipIf(skipWithoutProgram('chromium') || skipWithoutVite('upload'))(
  'examples/upload, built by Vite, in Chromium on another origin than the API',
  () => {
    let opened: AsyncDisposableStack | undefined
    let browser: Browser
    let pages: PageServer
    let server: Server
    let context: BrowserContext
    let page: Page
    let folder: string
    const complaints: string[] = []

    beforeAll(async () => {
      opened = new AsyncDisposableStack()
      pages = opened.use(await startPageServer('upload'))
      browser = await chromium.launch(chromiumOptions())
      opened.defer(() => browser.close())
      server = opened.use(
        await startLocalServer({
          CORS_ORIGINS: pages.origin,
          // The development scanner finds EICAR.
          CLAMAV_SERVICE_PORT: '1',
          PATH: '',
        }),
      )
      await pages.build(server.url)
    })
    afterAll(() => opened?.disposeAsync())

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'coffer-folder-'))
      context = await browser.newContext()
      page = await context.newPage()
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (/Content Security Policy/.test(message.text())) complaints.push(message.text())
      })
      await page.goto(pages.origin)
    })
    afterEach(async () => {
      await context.close()
      await rm(folder, { recursive: true, force: true })
    })

    const paths = async (prefix: string) => {
      const local = new Caller(server.url, 'local', await localToken('local'))
      const { files } = await local.list({ prefix, sort: 'path', state: 'ready' })
      return files.map(({ path }) => path)
    }
    const status = () => page.getByRole('status')
    const writeFolder = async () => {
      await mkdir(join(folder, 'sub'))
      await writeFile(join(folder, 'a.txt'), 'a')
      await writeFile(join(folder, 'sub/ü b.txt'), 'b')
      await writeFile(join(folder, 'empty'), '')
      await writeFile(join(folder, 'virus.txt'), eicar())
    }
    const expectStored = async () => {
      await status().filter({ hasText: '3 of 4 files are stored.' }).waitFor()
      const name = basename(folder)
      expect(await paths(`/${name}/`)).toEqual([
        `/${name}/a.txt`,
        `/${name}/empty`,
        `/${name}/sub/ü b.txt`,
      ])
      const infected = page.getByRole('listitem').filter({ hasText: 'virus.txt' })
      expect(await infected.textContent()).toMatch(/infected.*not served/i)
    }

    test('uploads a chosen folder with its subfolders, and shows the refusal of a file', async () => {
      await writeFolder()
      await page.getByLabel('Folder').setInputFiles(folder)
      await expectStored()
    })

    test('uploads a dropped folder with its subfolders', async () => {
      await writeFolder()
      const { x, y, width, height } = (await page.locator('#drop').boundingBox()) ?? never()
      const at = { x: x + width / 2, y: y + height / 2 }
      const devtools = await context.newCDPSession(page)
      const data = { items: [], files: [folder], dragOperationsMask: 1 }
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
        await devtools.send('Input.dispatchDragEvent', { type, ...at, data })
      }
      await expectStored()
    })

    test('pauses, resumes, and continues after a reload', async () => {
      const film = join(folder, 'film.bin')
      await writeFile(film, Buffer.alloc(24 * mib, 'film'))
      const devtools = await context.newCDPSession(page)
      const speed = { downloadThroughput: -1, uploadThroughput: 8 * mib, latency: 0 }
      await devtools.send('Network.enable')
      await devtools.send('Network.emulateNetworkConditions', { offline: false, ...speed })
      const choose = () => page.getByLabel('Files', { exact: true }).setInputFiles(film)
      const bar = page.getByRole('progressbar', { name: 'film.bin' })
      const share = () => bar.evaluate((it: { value: number }) => it.value)

      await choose()
      await expect.poll(share, { interval: 20, timeout: 20_000 }).toBeGreaterThan(0.4)
      const pause = page.getByRole('button', { name: 'Pause' })
      await pause.click()
      await status().filter({ hasText: 'Paused.' }).waitFor()
      const paused = await share()
      await page.waitForTimeout(500)
      expect(await share()).toBe(paused)
      expect(await pause.getAttribute('aria-pressed')).toBe('true')
      await pause.click()
      await expect.poll(share, { interval: 20, timeout: 20_000 }).toBeGreaterThan(paused)
      await pause.click()

      await page.reload()
      const interrupted = page.getByRole('region', { name: 'Interrupted uploads' })
      const [, percent] = /film\.bin, (\d+) %/.exec((await interrupted.textContent()) ?? '') ?? []
      expect(Number(percent)).toBeGreaterThanOrEqual(33)
      const requests: string[] = []
      page.on('request', (request) => {
        const range = request.headers()['content-range']
        if (range !== undefined) requests.push(range)
      })
      await choose()
      await status().filter({ hasText: '1 of 1 files are stored.' }).waitFor()
      const [query, first] = requests
      expect(query).toBe(`bytes */${24 * mib}`)
      expect(Number(/^bytes (\d+)-/.exec(`${first}`)?.[1])).toBeGreaterThanOrEqual(8 * mib)
      expect(await interrupted.count()).toBe(0)
      expect(await paths('/film.bin')).toEqual(['/film.bin'])
    })

    test('violated no policy, and threw nothing', () => {
      expect(complaints).toEqual([])
    })
  },
)

function never(): never {
  throw new Error('The page has no place to drop files')
}
