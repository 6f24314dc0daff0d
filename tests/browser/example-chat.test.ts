import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium, type Browser, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Caller } from '../e2e/support/caller.ts'
import { startLocalServer } from '../e2e/local/local-server.ts'
import { localToken, type Server } from '../e2e/support/target.ts'
import { skipWithoutProgram } from '../support/programs.ts'
import { skipWithoutVite, startPageServer } from './built-example.ts'
import { chromiumOptions } from './chromium.ts'
import { violationsOf } from './page/open-browser.ts'

const store = fileURLToPath(new URL('../../examples/chat/store.ts', import.meta.url))
const skips = ['chromium', 'ffmpeg', 'pdftoppm'].some(skipWithoutProgram) || skipWithoutVite('chat')

describe.skipIf(skips)('examples/chat, built by Vite, in Chromium', () => {
  let opened: AsyncDisposableStack | undefined
  let browser: Browser
  let server: Server
  let origin: string
  const complaints: string[] = []

  beforeAll(async () => {
    opened = new AsyncDisposableStack()
    const pages = opened.use(await startPageServer('chat'))
    origin = pages.origin
    // The development scanner finds EICAR.
    const env = { CORS_ORIGINS: origin, CLAMAV_SERVICE_PORT: '1' }
    server = opened.use(await startLocalServer(env))
    await Promise.all([
      promisify(execFile)(process.execPath, [store, server.url]),
      pages.build(server.url),
    ])
    browser = await chromium.launch(chromiumOptions())
    opened.defer(() => browser.close())
  })
  afterAll(() => opened?.disposeAsync())

  /** Opens the page in a window that is higher than the conversation, so that everything loads. */
  async function open(colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const viewport = { width: 900, height: 3000 }
    const page = await browser.newPage({ viewport, colorScheme, reducedMotion: 'reduce' })
    page.setDefaultTimeout(20_000)
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (/Content Security Policy|Trusted/.test(message.text())) complaints.push(message.text())
    })
    await page.goto(origin)
    await page.locator('coffer-file:state(video) video[poster]').waitFor()
    await page.locator('coffer-file:state(missing)').waitFor()
    await page.locator('coffer-file:state(image) img').nth(1).waitFor()
    return page
  }
  test('shows files in every state that a conversation can name', async () => {
    const page = await open()
    expect(await statesOf(page)).toEqual([
      'image',
      'image',
      'document',
      'document',
      'pending',
      'video',
      'audio',
      'infected',
      'gone',
      'missing',
    ])
    await page.close()
  })

  test.each(['light', 'dark'] as const)('axe finds no violation in %s colours', async (scheme) => {
    const page = await open(scheme)
    expect(await violationsOf(page)).toEqual([])
    await page.close()
  })

  test('says what the model has not seen, by the model', async () => {
    const page = await open()
    const pills = page.locator('coffer-file .unseen button')
    const model = page.getByRole('combobox')
    expect(await pills.allTextContents()).toEqual([
      'AI cannot see this image',
      'AI cannot see this image',
      'AI cannot see this video',
      'AI cannot hear this recording',
    ])
    await pills.first().click()
    expect(await page.getByText('The model here reads text only').first().isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    // The first image is attached; the postcard was never read.
    await model.selectOption('A model for text and images')
    await expect.poll(() => pills.count()).toBe(3)
    expect(await page.locator('li.user coffer-file .unseen').count()).toBe(0)
    await model.selectOption('A model that nobody knows')
    await expect.poll(() => pills.count()).toBe(0)
    await page.close()
  })

  test('uploads what a user attaches, and shows it in the message', async () => {
    const page = await open()
    const chooser = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Attach' }).click()
    const name = 'notes about the trip.txt'
    const file = { name, mimeType: 'text/plain', buffer: Buffer.from('pack <b>light</b>') }
    await (await chooser).setFiles(file)
    await page.locator('form coffer-file:state(document)').waitFor()
    await page.getByLabel('Message').fill('See **this**')
    await page.getByRole('button', { name: 'Send' }).click()
    const message = page.getByRole('listitem').last()
    await message.locator('coffer-file:state(document)').waitFor()
    expect(await message.locator('strong').textContent()).toBe('this')
    await expect.poll(() => message.locator('pre').textContent()).toBe('pack <b>light</b>')
    await page.close()
  })

  test('a file whose upload is cancelled changes without a reload', async () => {
    const user = new Caller(server.url, 'local', await localToken('local'))
    const { files } = await user.list({ prefix: '/chat/files/postcard-print' })
    const [pending] = files
    const page = await open()
    const element = page.locator('coffer-file:state(pending)')
    expect(await element.count()).toBe(1)
    await user.call('DELETE', `/files/${pending?.id}`)
    await page.locator('coffer-file:state(pending)').waitFor({ state: 'detached' })
    expect((await statesOf(page))[4]).toBe('missing')
    await page.close()
  })

  test('violated no policy, and threw nothing', () => {
    expect(complaints).toEqual([])
  })
})

function statesOf(page: Page): Promise<string[]> {
  return page
    .locator('coffer-file')
    .evaluateAll((elements) =>
      elements.map((element) => (element as unknown as { state: string }).state),
    )
}
