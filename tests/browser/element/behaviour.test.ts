import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { skipWithoutProgram } from '../../support/programs.ts'
import { chromiumOptions } from '../chromium.ts'
import { startElementServer, type ElementServer } from './element-server.ts'

interface Seen {
  asked: string[]
  events: string[]
  mostInFlight: number
  inFlight: number
  aborted: number
  shift: number
}

describe.skipIf(skipWithoutProgram('chromium'))('<coffer-file> in a page', () => {
  let browser: Browser
  let server: ElementServer
  let context: BrowserContext
  let page: Page
  const complaints: string[] = []
  beforeAll(async () => {
    server = await startElementServer()
    browser = await chromium.launch(chromiumOptions())
  })
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 800, height: 600 } })
    page = await context.newPage()
    page.setDefaultTimeout(15_000)
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(`${server.origin}/harness`)
  })
  afterEach(() => context.close())

  const run = (code: string) => page.evaluate(`(() => { ${code} })()`)
  const seen = async () => (await page.evaluate('harness.seen()')) as Seen
  /** What was asked, without the times. */
  const asked = async () => (await seen()).asked.map((line) => line.replace(/ \d+$/, ''))
  const links = async () => (await asked()).filter((line) => line.includes('link'))
  const live = async () => (await page.evaluate('live.size')) as number
  const use = (name = 'page', delayMs = 0) =>
    run(`harness.CofferFile.client = harness.counting('${name}', ${delayMs})`)
  const add = (state: string, attributes = {}) =>
    run(`harness.add('${state}', ${JSON.stringify(attributes)})`)
  const reaches = (state: string) =>
    page.locator(`coffer-file:state(${state})`).waitFor({ state: 'attached' })

  test('asks for nothing that is no reference, and shows that it is missing', async () => {
    await use()
    for (const src of [
      '',
      'javascript:alert(1)',
      'https://example.com/a.png',
      '/a.png',
      'workspace:///../a',
    ])
      await add('image', { src })
    await expect
      .poll(async () => (await seen()).events)
      .toEqual(Array(5).fill('coffer-state missing'))
    expect(await asked()).toEqual([])
  })

  test('reports each state, and the change of an address', async () => {
    await use()
    await add('document')
    await reaches('document')
    await run(`document.querySelector('coffer-file').src = harness.srcOf('infected')`)
    await reaches('infected')
    expect((await seen()).events).toEqual([
      'coffer-state loading',
      'coffer-state document revenue-by-region.csv',
      'coffer-state loading',
      'coffer-state infected invoice-4711.zip',
    ])
  })

  test('waits for a client that the page sets later, and prefers its own to that of an ancestor', async () => {
    await add('document', { shape: 'card' })
    await run(`
      const main = document.querySelector('main')
      main.client = harness.counting('ancestor')
      const root = main.appendChild(document.createElement('div')).attachShadow({ mode: 'open' })
      harness.add('document', { shape: 'card' }, root)
      const own = document.createElement('coffer-file')
      Object.assign(own, { src: harness.srcOf('document'), shape: 'card', client: harness.counting('own') })
      main.append(own)
    `)
    await expect.poll(asked).toContain('own record')
    await expect.poll(asked).toContain('ancestor record')
    await run(`delete document.querySelector('main').client`)
    await use('class')
    await expect.poll(asked).toContain('class record')
  })

  test('loads 200 px before the view, four at once, and stops what leaves', async () => {
    await use('page', 150)
    await run(`for (let at = 0; at < 300; at += 1) harness.add('document', { shape: 'card' })`)
    await expect.poll(async () => (await seen()).inFlight).toBe(4)
    await run(`scrollTo(0, 4000)`)
    await expect.poll(async () => (await seen()).aborted).toBeGreaterThan(0)
    await expect.poll(async () => (await seen()).inFlight, { timeout: 10_000 }).toBe(0)
    const { mostInFlight } = await seen()
    expect(mostInFlight).toBe(4)
    const states = await page
      .locator('coffer-file')
      .evaluateAll((elements) =>
        elements.map((element) => (element as unknown as { state: string }).state),
      )
    const boxes = await page.locator('coffer-file').evaluateAll((elements) =>
      elements.map((element) => {
        const { top, bottom } = element.getBoundingClientRect()
        return bottom > -199 && top < 799
      }),
    )
    expect(states.filter((_, at) => boxes[at])).not.toContain('loading')
    expect(states.slice(20, 40)).toContain('loading')
    expect(states.slice(-10)).toContain('loading')
  })

  test('asks for the links of recordings four at once, too', async () => {
    await use('page', 100)
    await run(`for (let at = 0; at < 12; at += 1) harness.add('audio', { shape: 'card' })`)
    await expect.poll(async () => (await links()).length, { timeout: 15_000 }).toBe(12)
    expect((await seen()).mostInFlight).toBe(4)
  })

  test('asks for a verdict after 1, 2, 4, 8, 15 and 15 seconds while it is in view', async () => {
    await page.clock.install()
    await page.goto(`${server.origin}/harness`)
    await use()
    await run(`harness.setPending(7)`)
    await add('document', { shape: 'card' })
    await reaches('pending')
    await page.clock.runFor(50_000)
    await reaches('document')
    const times = (await seen()).asked.map((line) => Number(line.split(' ').at(-1)))
    const waits = times.slice(1).map((time, at) => Math.round((time - (times[at] ?? 0)) / 1000))
    expect(waits).toEqual([1, 2, 4, 8, 15, 15, 15].slice(0, waits.length))
    expect(waits.length).toBeGreaterThanOrEqual(6)
  })

  test('does not ask for a verdict while it is out of view', async () => {
    await page.clock.install()
    await page.goto(`${server.origin}/harness`)
    await use()
    await run(
      `harness.setPending(100); document.querySelector('main').style.paddingBlockEnd = '5000px'`,
    )
    await add('document', { shape: 'card' })
    await reaches('pending')
    // Reaches its state after the observer has told both of the scrolled view.
    await run(`harness.add('infected', {}, document.body)`)
    await run(`scrollTo(0, 5000)`)
    await expect
      .poll(async () => (await seen()).events)
      .toContain('coffer-state pending invoice-4711.zip')
    await run(`document.querySelector('body > coffer-file').remove()`)
    await run(`document.querySelector('main').after('end')`)
    const { length } = await asked()
    await page.clock.runFor(60_000)
    expect((await asked()).length).toBe(length)
    await run(`scrollTo(0, 0)`)
    await expect.poll(async () => (await asked()).length).toBe(length + 1)
  })

  test('takes the space before it loads that it needs afterwards', async () => {
    await use('page', 200)
    await run(`harness.setPending(2)`)
    for (const state of ['image', 'video', 'document']) await add(state)
    await run(`document.querySelector('main').append('below')`)
    for (const state of ['image', 'video', 'document']) await reaches(state)
    await page.locator('img').waitFor()
    const { shift } = await seen()
    expect(shift).toBe(0)
  })

  test('asks for the link to a film when it is played, and for an hour', async () => {
    await use()
    await add('video')
    await reaches('video')
    await expect.poll(asked).toEqual(['page record', 'page preview 400'])
    await page.getByRole('button', { name: 'Play' }).click()
    await expect.poll(asked).toContain('page link true 3600')
  })

  test('renews an expired link once, and plays', async () => {
    await use()
    const [past, future] = [-1000, 60_000].map((ms) => new Date(Date.now() + ms).toISOString())
    await run(`harness.setLinks([
      { url: location.origin + '/media/refused', expiresAt: '${past}' },
      { url: location.origin + '/media/sound', expiresAt: '${future}' },
    ])`)
    await add('audio')
    await reaches('audio')
    await run(
      `document.querySelector('coffer-file').shadowRoot.querySelector('audio').play().catch(() => {})`,
    )
    await expect.poll(async () => (await links()).length).toBe(2)
    const audio = page.locator('audio')
    await expect.poll(() => audio.evaluate((it: { duration: number }) => it.duration)).toBe(1)
    await reaches('audio')
  })

  test('offers a download where no link plays, after one more link', async () => {
    await use()
    const past = new Date(Date.now() - 1000).toISOString()
    const refused = `{ url: location.origin + '/media/refused', expiresAt: '${past}' }`
    await run(`harness.setLinks([${refused}, ${refused}, ${refused}])`)
    await add('audio')
    await reaches('audio')
    await run(
      `document.querySelector('coffer-file').shadowRoot.querySelector('audio').play().catch(() => {})`,
    )
    await reaches('document')
    expect(await links()).toHaveLength(2)
    expect(await page.getByRole('button', { name: 'Download' }).count()).toBe(1)
  })

  test('opens the original in a tab that does not know the page, unless the page opens it itself', async () => {
    await use()
    await add('image')
    await page.locator('img').waitFor()
    await run(
      `document.addEventListener('coffer-open', (event) => event.preventDefault(), { once: true })`,
    )
    const shot = page.getByRole('button', { name: 'Open city at night.png' })
    await shot.click()
    expect((await seen()).events).toContain('coffer-open city at night.png')
    expect(await links()).toEqual([])
    const opened = context.waitForEvent('page')
    await shot.click()
    const tab = await opened
    await tab.waitForURL(/\/media\//)
    expect(await tab.evaluate('[opener, document.referrer]')).toEqual([null, ''])
  })

  test('asks to sign in, and loads again when the page says so', async () => {
    await use()
    await add('no-access')
    await page.getByRole('button', { name: 'Sign in' }).click()
    expect((await seen()).events).toContain('coffer-sign-in')
    await run(`document.querySelector('coffer-file:state(no-access)').reload()`)
    await expect.poll(asked).toEqual(['page record', 'page record'])
  })

  test('restores a deleted file, and keeps the focus', async () => {
    await use()
    await add('gone', { shape: 'card' })
    await page.getByRole('button', { name: 'Restore draft-cover.png' }).focus()
    await page.keyboard.press('Enter')
    await reaches('document')
    expect(await page.locator('coffer-file :focus').count()).toBe(1)
  })

  test('repeats a request that failed three times, and no more until asked', async () => {
    await use()
    await add('failed', { shape: 'card' })
    await page.getByRole('button', { name: 'Try again' }).waitFor()
    expect(await asked()).toEqual(Array(3).fill('page record'))
  })

  test('keeps at most 200 pictures in memory', async () => {
    await use()
    await run(`
      globalThis.live = new Set()
      const { createObjectURL, revokeObjectURL } = URL
      URL.createObjectURL = (blob) => { const url = createObjectURL.call(URL, blob); live.add(url); return url }
      URL.revokeObjectURL = (url) => { live.delete(url); revokeObjectURL.call(URL, url) }
      for (let at = 0; at < 230; at += 1) harness.add('image', { shape: 'chip' })
    `)
    for (let top = 0; top < 12_000; top += 600) {
      await run(`scrollTo(0, ${top})`)
      await expect.poll(async () => (await seen()).inFlight, { timeout: 15_000 }).toBe(0)
    }
    await expect.poll(live).toBeGreaterThan(100)
    expect(await live()).toBeLessThanOrEqual(200)
    await run(`document.querySelector('main').replaceChildren()`)
    await expect.poll(live).toBe(0)
  })

  test('threw nothing', () => {
    expect(complaints).toEqual([])
  })
})
