import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { skipWithoutProgram } from '../../support/programs.ts'
import { dropFiles, focusedLabel, rowOf, startPage, type PageServer } from './open-browser.ts'

const files = 20_000
const mostInHand = 200
/** Uploads that run at the same time. */
const concurrency = 3
const mostLines = 50
const uploadedFirst = 220
const mostSeconds = 0.1
const patience = { timeout: 90_000, interval: 50 }

/** `npm run test:platforms` runs these tests. */
const isComplete = process.env['PLATFORM_CASES'] === 'all'

describe.runIf(isComplete)('the drop of the longest folder', () => {
  describe.skipIf(skipWithoutProgram('chromium'))('20,000 dropped files in Chromium', () => {
    let server: PageServer
    let directory: string
    beforeAll(async () => {
      server = await startPage({ CLAMAV_SERVICE_ENABLED: 'false' })
      directory = await mkdtemp(join(tmpdir(), 'coffer-drop-'))
      await mkdir(join(directory, 'album'))
      for (let at = 0; at < files; at += 1)
        await writeFile(join(directory, 'album', `${String(at).padStart(5, '0')}.txt`), 'x')
    })
    afterAll(async () => {
      await server?.[Symbol.asyncDispose]()
      await rm(directory, { recursive: true, force: true })
    })

    test('leave the page free for keys, are in hand by hundreds, and end with one click', async () => {
      for (const name of ['a', 'b', 'c', 'd']) await server.user.store(`/many/${name}.txt`, 'x')
      const { page, complaints } = await server.open('#/files/many/')
      await rowOf(page, 'a.txt').click({ position: { x: 500, y: 20 } })
      await page.keyboard.press('Home')
      await dropFiles(page, [join(directory, 'album')])
      const stored = async () => {
        const { total = 0 } = await server.user.list({ prefix: '/many/album/', total: true })
        return total
      }
      const session = await page.context().newCDPSession(page)
      await session.send('Performance.enable', { timeDomain: 'threadTicks' })
      const processorSeconds = async () => {
        const { metrics } = await session.send('Performance.getMetrics')
        return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0
      }
      const seen = { inHand: 0, lines: 0, keySeconds: [] as number[] }
      const look = async () => {
        const title = await page.locator('.tray h2').textContent()
        seen.inHand = Math.max(seen.inHand, Number(/\d+/.exec(title ?? '')?.[0] ?? 0))
        seen.lines = Math.max(seen.lines, await page.locator('.tray .job').count())
        const before = await processorSeconds()
        const focused = await focusedLabel(page)
        await page.keyboard.press(seen.keySeconds.length % 2 === 0 ? 'ArrowDown' : 'ArrowUp')
        await expect.poll(() => focusedLabel(page), patience).not.toBe(focused)
        seen.keySeconds.push((await processorSeconds()) - before)
        return await stored()
      }
      await expect.poll(look, patience).toBeGreaterThan(uploadedFirst)
      expect(seen.inHand).toBeGreaterThan(mostInHand / 2)
      expect(seen.inHand).toBeLessThanOrEqual(mostInHand + concurrency)
      expect(seen.lines).toBe(mostLines)
      const median = seen.keySeconds.toSorted((a, b) => a - b)[seen.keySeconds.length >> 1]
      expect(median).toBeLessThan(mostSeconds)

      await page.getByRole('button', { name: 'Cancel all' }).click()
      await page.locator('.tray').waitFor({ state: 'detached' })
      const ended = await stored()
      await expect(
        page.locator('.tray').waitFor({ state: 'attached', timeout: 2000 }),
      ).rejects.toThrow('Timeout')
      expect(await stored()).toBeLessThanOrEqual(ended + concurrency)
      expect(ended).toBeLessThan(files / 2)
      expect(complaints).toEqual([])
      await page.context().close()
    })
  })
})
