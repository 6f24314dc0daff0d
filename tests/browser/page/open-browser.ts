import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import {
  chromium,
  type Browser,
  type BrowserContextOptions,
  type Locator,
  type Page,
} from 'playwright-core'
import { Caller } from '../../e2e/support/caller.ts'
import { startLocalServer } from '../../e2e/local/local-server.ts'
import { localToken, type Server } from '../../e2e/support/target.ts'
import { chromiumOptions } from '../chromium.ts'

const patienceMs = 15_000
const middle = { x: 600, y: 400, width: 0, height: 0 }

interface Opened {
  page: Page
  /** Errors of the page and of its policy, without those that Chromium logs for answers with an error status. */
  complaints: string[]
}

export interface PageServer extends AsyncDisposable {
  url: string
  /** The user of the page, which sends no token. */
  user: Caller
  browser: Browser
  open: (hash: string, options?: BrowserContextOptions) => Promise<Opened>
}

/** `npm start` and a browser. `prepare` may fill the storage directory. */
export async function startPage(
  env: Record<string, string> = {},
  prepare?: (directory: string) => Promise<void>,
): Promise<PageServer> {
  const server: Server = await startLocalServer({ AUTH_MODE: 'local', ...env }, undefined, prepare)
  const browser = await chromium.launch(chromiumOptions())
  const { url } = server
  return {
    url,
    browser,
    user: new Caller(url, 'local', await localToken('local')),
    async open(hash, options = {}) {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        ...options,
      })
      const page = await context.newPage()
      page.setDefaultTimeout(patienceMs)
      const complaints: string[] = []
      page.on('console', (message) => {
        const isAnswer = message.text().startsWith('Failed to load resource')
        if (message.type() === 'error' && !isAnswer) complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(error.message))
      await page.goto(`${url}/${hash}`)
      await page.locator('.grid[aria-busy=false], .empty').waitFor({ timeout: 60_000 })
      return { page, complaints }
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** The label of the element that has the focus. */
export async function focusedLabel(page: Page): Promise<string> {
  const labels = await page
    .locator(':focus')
    .evaluateAll((elements) => elements.map((element) => element.getAttribute('aria-label')))
  return labels[0] ?? ''
}

/** The row of a name in the list. */
export function rowOf(page: Page, name: string) {
  return page.locator('[role=row]', {
    has: page.locator('bdi.title').getByText(name, { exact: true }),
  })
}

/** Chooses files in the dialog that the button opens. Calls `whenOpen` while it is open. */
export async function uploadFiles(
  page: Page,
  files: { name: string; text: string; mimeType?: string }[],
  whenOpen: () => void = () => undefined,
): Promise<void> {
  const opened = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Upload', exact: true }).click()
  const chooser = await opened
  whenOpen()
  await chooser.setFiles(
    files.map(({ name, text, mimeType = 'text/plain' }) => ({
      name,
      mimeType,
      buffer: Buffer.from(text),
    })),
  )
}

/** Drops files and folders of this machine on an element, or on the middle of the page, as a person would. */
export async function dropFiles(page: Page, files: string[], target?: Locator): Promise<void> {
  const { x, y, width, height } = (await target?.boundingBox()) ?? middle
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files, dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    const at = { x: x + width / 2, y: y + height / 2 }
    await session.send('Input.dispatchDragEvent', { type, ...at, data })
  }
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The rules of axe that a page breaks, with the elements. Injected past the policy of the page. */
export async function violationsOf(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  await session.send('Runtime.evaluate', { expression: axe })
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression: `axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => id + ' ' + target + ' ' + failureSummary)))`,
    awaitPromise: true,
    returnByValue: true,
  })
  if (exceptionDetails) throw new Error(exceptionDetails.text)
  return result.value as string[]
}
