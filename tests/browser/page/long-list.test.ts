import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedCatalog } from '../../support/seed-catalog.ts'
import { skipWithoutProgram } from '../../support/programs.ts'
import { focusedLabel, rowOf, startPage, type PageServer } from './open-browser.ts'

const files = 10_000
const mostRows = 60

describe.skipIf(skipWithoutProgram('chromium'))('a folder of 10,000 files in Chromium', () => {
  let server: PageServer
  beforeAll(async () => {
    server = await startPage({}, (directory) => seedCatalog(directory, { files, folder: '/many/' }))
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  test('has a scrollbar of its whole length, and few rows in the document', async () => {
    const { page, complaints } = await server.open('#/files/many/')
    await page.getByText('10,000 files').waitFor()
    const rows = page.locator('.rows')
    expect(await rows.evaluate(({ scrollHeight }) => scrollHeight)).toBe(files * 44)
    for (const part of [0.25, 0.5, 0.99]) {
      await rows.evaluate((element, share) => {
        element.scrollTop = share * element.scrollHeight
      }, part)
      const index = Math.floor(part * files) + 3
      await rowOf(page, `file-${String(index).padStart(7, '0')}.pdf`).waitFor()
      expect(await page.locator('[role=row]').count()).toBeLessThan(mostRows)
    }
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('End gives the focus to the last row, and a scrolled list returns to it', async () => {
    const { page } = await server.open('#/files/many/')
    await rowOf(page, 'file-0000000.pdf').click({ position: { x: 500, y: 20 } })
    await page.keyboard.press('End')
    const focused = () => focusedLabel(page)
    await expect.poll(focused).toMatch(/^file-0009999\.pdf/)
    await page.locator('.rows').evaluate((element) => {
      element.scrollTop = 0
    })
    await rowOf(page, 'file-0000000.pdf').waitFor()
    expect(await focused()).toMatch(/^file-0009999\.pdf/)
    await page.keyboard.press('ArrowUp')
    await expect.poll(focused).toMatch(/^file-0009998\.pdf/)
    await page.context().close()
  })

  test('shows deletions and new files without reading the list again', async () => {
    const { page } = await server.open('#/files/many/')
    await page.getByText('10,000 files').waitFor()
    const pages: string[] = []
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url())
      // A request for one file asks for the number of the files in the trash.
      if (pathname.endsWith('/files') && searchParams.get('limit') !== '1')
        pages.push(request.url())
    })
    await rowOf(page, 'file-0000001.pdf').click({ position: { x: 500, y: 20 } })
    await page.keyboard.press('Delete')
    await rowOf(page, 'file-0000001.pdf').waitFor({ state: 'detached' })
    await page.getByText('9,999 files').waitFor()
    await server.user.store('/many/file-0000002-notes.txt', 'x')
    await rowOf(page, 'file-0000002-notes.txt').waitFor()
    await page.getByText('10,000 files').waitFor()
    expect(pages).toEqual([])
    await page.context().close()
  })

  test('a long list of recent files says that it has changed, and does not move meanwhile', async () => {
    const { page } = await server.open('#/recent')
    await rowOf(page, 'file-0009999.pdf').waitFor()
    await server.user.store('/elsewhere/newest.txt', 'x')
    await page.getByText('This list has changed.').waitFor()
    expect(await rowOf(page, 'newest.txt').count()).toBe(0)
    await page.getByRole('button', { name: 'Show it again' }).click()
    await rowOf(page, 'newest.txt').waitFor()
    expect(await page.getByText('This list has changed.').count()).toBe(0)
    await page.context().close()
  })
})
