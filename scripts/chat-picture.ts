import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { startPageServer } from '../tests/browser/built-example.ts'
import { chromiumOptions } from '../tests/browser/chromium.ts'
import { startLocalServer } from '../tests/e2e/local/local-server.ts'

/**
 * The second part of `npm run pictures`: stores the conversation of `examples/chat` in a service, builds the page, and takes its
 * picture in Chromium. Needs `npm ci --prefix examples/chat`, ffmpeg and poppler-utils.
 */
const project = fileURLToPath(new URL('../', import.meta.url))
await using pages = await startPageServer('chat')
await using server = await startLocalServer({ AUTH_MODE: 'local', CORS_ORIGINS: pages.origin })
const store = join(project, 'examples/chat/store.ts')
await promisify(execFile)(process.execPath, [store, server.url])
await pages.build(server.url)
await using browser = await chromium.launch(chromiumOptions())
for (const colorScheme of ['light', 'dark'] as const) {
  const viewport = { width: 720, height: 1780 }
  const page = await browser.newPage({ viewport, colorScheme, reducedMotion: 'reduce' })
  await page.goto(pages.origin)
  await page.locator('coffer-file:state(video) video[poster]').waitFor()
  await page.locator('coffer-file:state(document) img').first().waitFor()
  await page.locator('coffer-file:state(image) img').nth(1).waitFor()
  await page.screenshot({ path: join(project, `docs/pictures/chat-${colorScheme}.png`) })
}
