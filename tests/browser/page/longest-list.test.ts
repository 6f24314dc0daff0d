import type { CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedCatalog } from '../../support/seed-catalog.ts'
import { skipWithoutProgram } from '../../support/programs.ts'
import { focusedLabel, rowOf, startPage, type PageServer } from './open-browser.ts'

const files = 100_000
const rowPx = 44
const mostRows = 60
const mostHeapBytes = 80 * 1024 * 1024
const scrolledPx = 24_000
const patience = { timeout: 60_000 }
const shortFolder = 1000

/** `npm run test:platforms` runs these tests. */
const isComplete = process.env['PLATFORM_CASES'] === 'all'

describe.runIf(isComplete)('the list of the longest folder', () => {
  describe.skipIf(skipWithoutProgram('chromium'))('a folder of 100,000 files in Chromium', () => {
    let server: PageServer
    let short: PageServer
    beforeAll(async () => {
      server = await startPage({}, (directory) =>
        seedCatalog(directory, { files, folder: '/many/' }),
      )
      short = await startPage({}, (directory) =>
        seedCatalog(directory, { files: shortFolder, folder: '/many/' }),
      )
    })
    afterAll(async () => {
      await server?.[Symbol.asyncDispose]()
      await short?.[Symbol.asyncDispose]()
    })

    test('gets a scrollbar of its whole length without being scrolled, and few rows in the document', async () => {
      const { page, complaints } = await server.open('#/files/many/')
      await page.getByText('100,000 files').waitFor(patience)
      const rows = page.locator('.rows')
      expect(await rows.evaluate(({ scrollHeight }) => scrollHeight)).toBe(files * rowPx)
      for (const part of [0.25, 0.5, 0.99]) {
        await rows.evaluate((element, share) => {
          element.scrollTop = share * element.scrollHeight
        }, part)
        const index = Math.floor(part * files) + 3
        await rowOf(page, `file-${String(index).padStart(7, '0')}.pdf`).waitFor()
        expect(await page.locator('[role=row]').count()).toBeLessThan(mostRows)
      }
      const session = await page.context().newCDPSession(page)
      await session.send('Performance.enable')
      await session.send('HeapProfiler.collectGarbage')
      expect((await metricsOf(session))['JSHeapUsedSize']).toBeLessThan(mostHeapBytes)
      await rowOf(page, 'file-0099003.pdf').click({ position: { x: 500, y: 20 } })
      await page.keyboard.press('End')
      await expect.poll(() => focusedLabel(page)).toMatch(/^file-0099999\.pdf/)
      expect(complaints).toEqual([])
      await page.context().close()
    })

    test('takes at most 1.3 times the processor time of a folder of 1,000 files when scrolled', async () => {
      const { page: shortPage } = await short.open('#/files/many/')
      const { page } = await server.open('#/files/many/')
      await page.getByText('100,000 files').waitFor(patience)
      const [few, many]: number[][] = [[], []]
      for (let round = 0; round < 3; round += 1) {
        few?.push(await scrollSeconds(shortPage))
        many?.push(await scrollSeconds(page))
      }
      expect(Math.min(...(many ?? []))).toBeLessThan(1.3 * Math.min(...(few ?? [])))
      await shortPage.context().close()
      await page.context().close()
    })
  })
})

async function metricsOf(session: CDPSession): Promise<Record<string, number>> {
  const { metrics } = await session.send('Performance.getMetrics')
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]))
}

/** The processor time of the page while it is scrolled from the start. Other programs do not change it. */
async function scrollSeconds(page: Page): Promise<number> {
  await page.bringToFront()
  await page.locator('.rows').evaluate((element) => {
    element.scrollTop = 0
  })
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const seconds = async () => (await metricsOf(session))['TaskDuration'] ?? 0
  const before = await seconds()
  await session.send('Input.synthesizeScrollGesture', {
    x: 700,
    y: 500,
    yDistance: -scrolledPx,
    speed: 8000,
  })
  const taken = (await seconds()) - before
  await session.detach()
  return taken
}
