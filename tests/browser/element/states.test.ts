import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { skipWithoutProgram } from '../../support/programs.ts'
import { chromiumOptions } from '../chromium.ts'
import { violationsOf } from '../page/open-browser.ts'
import { startElementServer, type ElementServer } from './element-server.ts'

const states = ['loading', 'image', 'video', 'audio', 'document', 'pending'] as const
const refusals = ['infected', 'unscannable', 'gone', 'missing', 'no-access', 'failed'] as const
const everything = [...states, ...refusals]
const shapes = ['fill', 'card', 'chip'] as const
const words = {
  image: 'AI cannot see this image',
  video: 'AI cannot see this video',
  audio: 'AI cannot hear this recording',
}

describe.skipIf(skipWithoutProgram('chromium'))('<coffer-file> in every state', () => {
  let browser: Browser
  let server: ElementServer
  const complaints: string[] = []
  beforeAll(async () => {
    server = await startElementServer()
    browser = await chromium.launch(chromiumOptions())
  })
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  async function open(query: string, options: BrowserContextOptions = {}): Promise<Page> {
    const viewport = { width: 1000, height: 1800 }
    const context = await browser.newContext({ viewport, reducedMotion: 'reduce', ...options })
    const page = await context.newPage()
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(`${server.origin}/sheet?${query}`)
    for (const state of everything)
      await page.locator(`#${state}:state(${state})`).waitFor({ state: 'attached' })
    const pictures = shapeOf(query) === 'chip' ? '#image .thumb img' : '#image img'
    await page.locator(pictures).waitFor()
    return page
  }

  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    test.each(shapes)('axe finds no violation in the shape %s', async (shape) => {
      const page = await open(`shape=${shape}&seen=no`, { colorScheme })
      expect(await violationsOf(page)).toEqual([])
      await page.context().close()
    })
  })

  test.each<[string, BrowserContextOptions]>([
    ['forced colours', { forcedColors: 'active' }],
    ['a phone', { viewport: { width: 320, height: 1800 }, hasTouch: true, isMobile: true }],
  ])('axe finds no violation with %s', async (_, options) => {
    const page = await open('shape=fill&seen=no', options)
    expect(await violationsOf(page)).toEqual([])
    const { scrollWidth } = await page
      .locator('html')
      .evaluate((html: { scrollWidth: number }) => ({ scrollWidth: html.scrollWidth }))
    expect(scrollWidth).toBeLessThanOrEqual(options.viewport?.width ?? 1000)
    await page.context().close()
  })

  test.each(shapes)('in the shape %s only media that is not seen says so', async (shape) => {
    const page = await open(`shape=${shape}`)
    for (const seen of ['yes', 'no', 'maybe', ''])
      for (const state of everything) {
        const element = page.locator(`#${state}`)
        await element.evaluate((it, value) => it.setAttribute('seen', value), seen)
        const isSaid = seen === 'no' && Object.hasOwn(words, state)
        const said = isSaid ? [words[state as keyof typeof words]] : []
        expect(await element.locator('#unseen').allTextContents()).toEqual(said)
      }
    await page.context().close()
  })

  test('what the model has not seen is in the description of the figure, not in its name', async () => {
    const page = await open('shape=fill&seen=no')
    const session = await page.context().newCDPSession(page)
    const { nodes } = await session.send('Accessibility.getFullAXTree')
    const figure = nodes.find(({ role }) => role?.value === 'figure')
    expect(figure?.name?.value).toBe('The city at night')
    expect(figure?.description?.value).toBe(words.image)
    await page.context().close()
  })

  test('the names of the controls say what they do, and to which file', async () => {
    const page = await open('shape=fill&seen=')
    const names = await page
      .getByRole('button')
      .evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label')))
    expect(names).toEqual([
      'Open The city at night',
      'Download The city at night',
      'Play tour of the box.mp4',
      'Open Interview – Anna Köhler.mp3',
      'Download Interview – Anna Köhler.mp3',
      'Open revenue-by-region.csv',
      'Download revenue-by-region.csv',
      'Restore draft-cover.png',
      'Sign in',
      'Try again',
    ])
    await page.context().close()
  })

  test('the pill opens an explanation, which the page can replace', async () => {
    const page = await open('shape=fill&seen=no')
    const pill = page.locator('#image').getByRole('button', { name: words.image })
    const why = page.locator('#image').getByText('Not seen by the model')
    expect(await why.isVisible()).toBe(false)
    await pill.click()
    expect(await why.isVisible()).toBe(true)
    await page.locator('#image').evaluate((element) => {
      element.textContent = ''
      const paragraph = element.ownerDocument.createElement('p')
      paragraph.slot = 'why'
      paragraph.textContent = 'The model here reads text only.'
      element.append(paragraph)
    })
    expect(await page.getByText('The model here reads text only.').isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    expect(await why.isVisible()).toBe(false)
    await page.context().close()
  })

  test('the markup in a text is text, and nothing violates the policy', async () => {
    const page = await open('shape=fill&seen=')
    expect(await page.locator('#document pre').textContent()).toContain('<script>')
    expect(await page.evaluate('globalThis.ran')).toBeUndefined()
    await page.context().close()
    expect(complaints).toEqual([])
  })
})

function shapeOf(query: string): string | null {
  return new URLSearchParams(query).get('shape')
}
