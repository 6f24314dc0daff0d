import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startLocalServer } from '../../e2e/local/local-server.ts'
import { Caller } from '../../e2e/support/caller.ts'
import { localToken, type Server } from '../../e2e/support/target.ts'
import { temporaryDirectory } from '../../support/disk-store.ts'
import { hostileFiles, hostileScript } from '../../support/files/hostile.ts'
import { skipWithoutProgram } from '../../support/programs.ts'
import { startElementServer, type ElementServer } from '../element/element-server.ts'
import { openChromium } from './chromium.ts'
import type { Engine } from './engine.ts'
import { openFirefox } from './firefox.ts'
import { startStranger, type Stranger } from './stranger.ts'
import { openWebKit } from './webkit.ts'

const patience = { timeout: 30_000, interval: 100 }

/** Listens in the page for what the policy refuses. */
const watch = `(globalThis.refused = [], document.addEventListener('securitypolicyviolation',
  ({ violatedDirective, blockedURI }) => refused.push(violatedDirective + ' ' + blockedURI)), 0)`
const row = (name: string) =>
  `[...document.querySelectorAll('[role=row] bdi.title')].find(({ textContent }) => textContent === ${JSON.stringify(name)})`

/** Browsers by their program, with how to open them. */
const engines = {
  chromium: openChromium,
  'firefox-esr': openFirefox,
  WebKitWebDriver: openWebKit,
}
/** `npm run test:platforms` runs these tests. */
const isComplete = process.env['PLATFORM_CASES'] === 'all'

describe.runIf(isComplete).each(Object.entries(engines))('%s', (program, open) => {
  describe.skipIf(skipWithoutProgram(program))('shows the file browser', () => {
    let opened: AsyncDisposableStack | undefined
    let engine: Engine
    let pages: ElementServer
    let stranger: Stranger
    let api: Server
    /** The user of the file browser, which sends no token. */
    let user: Caller
    beforeAll(async () => {
      opened = new AsyncDisposableStack()
      stranger = opened.use(await startStranger())
      pages = opened.use(await startElementServer())
      api = opened.use(
        await startLocalServer({
          AUTH_MODE: 'local',
          CLAMAV_SERVICE_ENABLED: 'false',
          CORS_ORIGINS: pages.origin,
        }),
      )
      // The policy of this page permits requests to the stranger: only the element prevents them.
      pages.connect = `${api.url} ${stranger.origin}`
      user = new Caller(api.url, 'local', await localToken('local'))
      engine = opened.use(await open())
    })
    afterAll(() => opened?.disposeAsync())

    const openFolder = async (folder: string, first: string) => {
      await engine.open(`${api.url}/#/files/${folder}/`)
      await engine.evaluate(watch)
      await appears(row(first))
    }
    const click = async (element: string) => {
      await appears(element)
      const { x, y } = await engine.evaluate<{ x: number; y: number }>(
        `(({ x, y, height }) => ({ x: Math.round(x + 5), y: Math.round(y + height / 2) }))(${element}.getBoundingClientRect())`,
      )
      await engine.clickAt(x, y)
    }
    const isTrue = (condition: string) => engine.evaluate<boolean>(`!!(${condition})`)
    const appears = (element: string) => vi.waitUntil(() => isTrue(element), patience)
    const focused = () =>
      engine.evaluate<string>(`document.activeElement.getAttribute('aria-label') ?? ''`)

    test('lists a folder, and moves the focus by keys', async () => {
      for (let at = 0; at < 100; at += 1)
        await user.store(`/keys/file-${String(at).padStart(3, '0')}.txt`, 'x')
      await openFolder('keys', 'file-000.txt')
      // Beside the name, whose click opens the preview.
      await engine.clickAt(...(await besideName('file-000.txt')))
      for (let press = 0; press < 5; press += 1) await engine.press('ArrowDown')
      await expect.poll(focused, patience).toMatch(/^file-005\.txt/)
      await engine.press('End')
      await expect.poll(focused, patience).toMatch(/^file-099\.txt/)
      await engine.press('Home')
      await expect.poll(focused, patience).toMatch(/^file-000\.txt/)
      expect(await engine.evaluate('refused')).toEqual([])
    })

    const besideName = async (name: string): Promise<[number, number]> => {
      const { x, y } = await engine.evaluate<{ x: number; y: number }>(
        `(({ x, y, height }) => ({ x: Math.round(x + 500), y: Math.round(y + height / 2) }))(${row(name)}.closest('[role=row]').getBoundingClientRect())`,
      )
      return [x, y]
    }

    test('uploads a file, and shows its verdict', async () => {
      await using directory = await temporaryDirectory()
      const path = join(directory.path, 'sent.txt')
      await writeFile(path, 'from this engine')
      await user.store('/sent/before.txt', 'x')
      await openFolder('sent', 'before.txt')
      // The input of the page is in no document, where a driver does not find it.
      await engine.evaluate(
        `(HTMLInputElement.prototype.click = function () { this.id = 'chosen'; document.body.append(this) }, 0)`,
      )
      await click(
        `[...document.querySelectorAll('button')].find(({ textContent }) => textContent.trim() === 'Upload')`,
      )
      await engine.choose('#chosen', path)
      await appears(`${row('sent.txt')}?.closest('[role=row]').textContent.includes('Not scanned')`)
      expect(await user.text('/sent/sent.txt')).toBe('from this engine')
      expect(await engine.evaluate('refused')).toEqual([])
    })

    test('runs no script of hostile files, in the preview, the details and <coffer-file>', async () => {
      const sources: string[] = []
      const names: string[] = []
      for (const [name, bytes] of Object.entries(hostileFiles(stranger.origin))) {
        const stored = await user.store(`/hostile/${name}`, new Uint8Array(Buffer.from(bytes)))
        sources.push(`workspace://${stored.id}#${stored.mimeType}`)
        names.push(name)
      }
      await openFolder('hostile', names[0] ?? '')
      await engine.clickAt(...(await besideName(await firstName())))
      await engine.press('Shift+P')
      // After a click on "All pages" the viewer of the PDF may have the keys.
      const previewed = await walk('dialog.preview', names.length, () =>
        click(`document.querySelector('dialog.preview [aria-label="Next file"]')`),
      )
      expect(previewed.toSorted()).toEqual(names.toSorted())
      await engine.press('Escape')
      await appears(`!document.querySelector('dialog.preview')`)
      // The list has the focus again a moment after the preview has closed.
      const isFirst = `document.activeElement.closest('[role=row]')?.ariaRowIndex === '2'`
      await vi.waitUntil(async () => {
        await engine.press('Home')
        return await isTrue(isFirst)
      }, patience)
      await engine.press('Shift+I')
      const detailed = await walk('aside.info', names.length, () => engine.press('ArrowDown'))
      expect(detailed.toSorted()).toEqual(names.toSorted())
      await expectHarmless([api.url])

      await engine.open(`${pages.origin}/harness`)
      await engine.evaluate(watch)
      await engine.evaluate(`(harness.CofferFile.client = harness.createClient({
        api: '${api.url}/api/workspace', getToken: () => '${user.authorization.replace('Bearer ', '')}' }), 0)`)
      const label = JSON.stringify(hostileScript(stranger.origin))
      for (const src of sources)
        for (const shape of ['fill', 'card', 'chip'])
          await engine.evaluate(
            `(harness.add('image', { src: '${src}', shape: '${shape}', seen: 'no', label: ${label} }).scrollIntoView(), 0)`,
          )
      const shown = `document.querySelectorAll('coffer-file:is(:state(image), :state(document))').length`
      const scroll = `document.querySelector('coffer-file:state(loading)')?.scrollIntoView()`
      await expect
        .poll(() => engine.evaluate(`(${scroll}, ${shown})`), patience)
        .toBe(sources.length * 3)
      await expectHarmless([api.url, pages.origin])
    })

    const firstName = () =>
      engine.evaluate<string>(`document.querySelector('[aria-rowindex="2"] bdi.title').textContent`)

    /** Goes through files, waits until each is shown, and opens all pages of a PDF. Returns the names. */
    async function walk(
      shownIn: string,
      count: number,
      next: () => Promise<void>,
    ): Promise<string[]> {
      const names: string[] = []
      const title = `document.querySelector('${shownIn} h2 bdi')?.textContent`
      while (names.length < count) {
        const before = names.at(-1)
        await appears(`${title} !== undefined && ${title} !== ${JSON.stringify(before)}`)
        await appears(`!document.querySelector('${shownIn} .spin')`)
        names.push(await engine.evaluate(title))
        const isPdf = await isTrue(`document.querySelector('${shownIn} .pages button')`)
        if (isPdf) {
          await click(`document.querySelector('${shownIn} .pages button')`)
          await appears(`document.querySelector('${shownIn} iframe')?.src`)
          const address = await engine.evaluate<string>(
            `document.querySelector('${shownIn} iframe').src`,
          )
          await vi.waitUntil(async () => (await engine.requested()).includes(address), patience)
        }
        await next()
      }
      return names
    }

    async function expectHarmless(origins: string[]): Promise<void> {
      expect(await engine.evaluate('typeof pwned')).toBe('undefined')
      // WebKit asks for the icon of the page of the element, which has none.
      const refused = await engine.evaluate<string[]>('refused')
      expect(refused.filter((line) => !line.endsWith('/favicon.ico'))).toEqual([])
      const requested = (await engine.requested()).map((url) => new URL(url).origin)
      expect(requested.filter((origin) => !origins.includes(origin))).toEqual([])
      expect(requested).toContain(origins[0])
      expect(stranger.reached).toEqual([])
    }
  })
})
