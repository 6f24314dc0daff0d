import { chromium } from 'playwright-core'
import { chromiumOptions } from '../chromium.ts'
import type { Engine } from './engine.ts'

/** Chromium without a window, by Playwright. */
export async function openChromium(): Promise<Engine> {
  const browser = await chromium.launch(chromiumOptions())
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  let requests: string[] = []
  page.on('request', (request) => {
    if (request.url().startsWith('http')) requests.push(request.url())
  })
  return {
    async open(url) {
      await page.goto('about:blank')
      requests = []
      await page.goto(url)
    },
    evaluate: (expression) => page.evaluate(expression),
    press: (keys) => page.keyboard.press(keys),
    clickAt: (x, y) => page.mouse.click(x, y),
    choose: (selector, path) => page.locator(selector).setInputFiles(path),
    requested: async () => requests,
    [Symbol.asyncDispose]: () => browser.close(),
  }
}
