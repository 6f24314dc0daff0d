import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page, Route } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { skipWithoutProgram } from '../../support/programs.ts'
import { dropFiles, rowOf, startPage, type PageServer } from './open-browser.ts'

const mebibyte = 1024 * 1024
const chunkBytes = 8 * mebibyte
const largeBytes = 20 * mebibyte
const patience = { timeout: 30_000 }

/** Waits for the verdict of a server without a scanner. */
async function arrived(page: Page): Promise<void> {
  await rowOf(page, 'large.bin').locator('.v').getByText('Not scanned').waitFor(patience)
}

/** Leaves requests with bytes without an answer. */
async function holdBytes(route: Route): Promise<void> {
  if (route.request().method() !== 'PUT') await route.continue()
}

async function chooseFile(page: Page, button: string, file: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: button, exact: true }).click()
  await (await chooser).setFiles(file)
}

describe.skipIf(skipWithoutProgram('chromium'))('uploads of the file browser in Chromium', () => {
  let server: PageServer
  let directory: string
  let large: string
  beforeAll(async () => {
    server = await startPage({ CLAMAV_SERVICE_ENABLED: 'false' })
    directory = await mkdtemp(join(tmpdir(), 'coffer-drop-'))
    large = join(directory, 'large.bin')
    await writeFile(large, Buffer.alloc(largeBytes, 'coffer'))
  })
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    await rm(directory, { recursive: true, force: true })
  })

  test('continues after a reload where the service has stopped receiving', async () => {
    const { page } = await server.open('#/files/resumed/')
    page.on('dialog', (dialog) => void dialog.accept())
    const ranges: string[] = []
    let isHeld = true
    await page.route('**/uploads/*', async (route) => {
      const range = route.request().headers()['content-range'] ?? ''
      if (isHeld && ranges.length > 0) return
      ranges.push(range)
      await route.continue()
    })
    await chooseFile(page, 'Upload', large)
    await page.getByRole('progressbar').and(page.locator('[aria-valuenow="40"]')).waitFor()
    expect(ranges).toEqual([`bytes 0-${chunkBytes - 1}/${largeBytes}`])

    await page.reload()
    isHeld = false
    await page.getByText('Stopped at 40 % when the page was closed').waitFor()
    await chooseFile(page, 'Choose the file again', large)
    await arrived(page)
    const next = ranges.slice(1).find((range) => !range.startsWith('bytes */'))
    expect(next).toBe(`bytes ${chunkBytes}-${2 * chunkBytes - 1}/${largeBytes}`)
    const { sizeBytes } = (await server.user.list({ prefix: '/resumed/' })).files[0] ?? {}
    expect(sizeBytes).toBe(largeBytes)
    await page.context().close()
  })

  test('pauses and resumes, and deletes what has arrived when cancelled', async () => {
    const { page } = await server.open('#/files/paused/')
    await page.route('**/uploads/*', holdBytes)
    await chooseFile(page, 'Upload', large)
    await page.getByRole('button', { name: 'Pause large.bin' }).click()
    await page.getByText(/^Paused at /).waitFor()
    await page.unroute('**/uploads/*')
    await page.getByRole('button', { name: 'Resume large.bin' }).click()
    await arrived(page)

    await page.goto(`${server.url}/#/files/cancelled/`)
    await page.route('**/uploads/*', holdBytes)
    await chooseFile(page, 'Upload', large)
    await rowOf(page, 'large.bin').locator('.v').getByText('Uploading…').waitFor()
    await page.locator('.job[data-state=uploading]').getByRole('button', { name: 'Cancel' }).click()
    await rowOf(page, 'large.bin').waitFor({ state: 'detached' })
    expect((await server.user.list({ prefix: '/cancelled/' })).files).toEqual([])
    await page.context().close()
  })

  test('keeps the folders of a dropped folder, of more files than the browser reads at once', async () => {
    const deep = join(directory, 'album', 'deep', 'deeper')
    await mkdir(deep, { recursive: true })
    const names = Array.from({ length: 250 }, (_, index) => `${String(index).padStart(3, '0')}.txt`)
    await Promise.all(names.map((name) => writeFile(join(directory, 'album', name), name)))
    await writeFile(join(deep, 'bottom.txt'), 'bottom')
    const { page, complaints } = await server.open('#/files/dropped/')
    await dropFiles(page, [join(directory, 'album')])
    const count = async () =>
      (await server.user.list({ prefix: '/dropped/', state: 'ready', limit: 1000 })).files.length
    await expect.poll(count, { timeout: 60_000 }).toBe(251)
    expect(await server.user.text('/dropped/album/deep/deeper/bottom.txt')).toBe('bottom')
    expect(await server.user.text('/dropped/album/249.txt')).toBe('249.txt')
    await rowOf(page, 'album').waitFor()
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('continues a dropped file after a reload with one click, and asks before it is closed', async () => {
    const { page } = await server.open('#/files/handled/')
    const asked: string[] = []
    page.on('dialog', (dialog) => {
      asked.push(dialog.type())
      void dialog.accept()
    })
    let sent = 0
    await page.route('**/uploads/*', async (route) => {
      if (route.request().method() === 'PUT' && sent > 0) return
      sent += 1
      await route.continue()
    })
    await dropFiles(page, [large])
    await page.getByRole('progressbar').and(page.locator('[aria-valuenow="40"]')).waitFor()
    await page.reload()
    expect(asked).toEqual(['beforeunload'])
    await page.unroute('**/uploads/*')
    await page.getByRole('button', { name: 'Resume', exact: true }).click()
    await arrived(page)
    const { sizeBytes } = (await server.user.list({ prefix: '/handled/' })).files[0] ?? {}
    expect(sizeBytes).toBe(largeBytes)
    await page.context().close()
  })
})
