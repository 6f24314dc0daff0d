import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { skipWithoutProgram } from '../../support/programs.ts'
import { rowOf, startPage, uploadFiles, type PageServer } from './open-browser.ts'

describe.skipIf(skipWithoutProgram('chromium'))(
  'a page without room or scanner in Chromium',
  () => {
    let server: PageServer
    beforeAll(async () => {
      server = await startPage({ WORKSPACE_QUOTA_MB: '1' })
    })
    afterAll(() => server?.[Symbol.asyncDispose]())

    test('an upload into a full workspace finds the large files, and continues when one is deleted', async () => {
      await server.user.store('/full/large.txt', 'x'.repeat(900_000))
      await server.user.store('/full/small.txt', 'x')
      const { page } = await server.open('#/files/full/')
      await uploadFiles(page, [{ name: 'next.txt', text: 'x'.repeat(500_000) }])
      await page.getByRole('button', { name: 'Find large files' }).click()
      const dialog = page.getByRole('dialog', { name: 'Large files' })
      await dialog.getByText('are used. The trash does not count.').waitFor()
      await expect
        .poll(() => dialog.locator('li bdi').allTextContents())
        .toEqual(['/full/large.txt', '/full/small.txt'])
      await dialog.getByRole('button', { name: 'Delete large.txt' }).click()
      await rowOf(page, 'large.txt').waitFor({ state: 'detached' })
      await dialog.getByRole('button', { name: 'Close' }).click()
      await page.getByRole('button', { name: 'Try again' }).click()
      await rowOf(page, 'next.txt').waitFor()
      await page.context().close()
    })

    test('says that the scanner does not answer while files wait for it', async () => {
      await server.user.reserve({ path: '/waiting/a.txt', sizeBytes: 5 })
      const context = await server.browser.newContext()
      const page = await context.newPage()
      await page.clock.install()
      const health = await (await fetch(`${server.url}/healthz`)).json()
      const body = JSON.stringify({
        ...(health as object),
        status: 'degraded',
        scanner: { engine: 'unavailable', signatures: null },
      })
      await page.route('**/healthz', (route) => route.fulfill({ body }))
      await page.goto(`${server.url}/#/files/waiting/`)
      await rowOf(page, 'a.txt').waitFor()
      await page.clock.runFor(10_000)
      await page.getByText('The scanner does not answer. Files arrive').waitFor()
      await page.unroute('**/healthz')
      await page.clock.runFor(10_000)
      await expect.poll(() => page.getByText('The scanner does not answer.').count()).toBe(0)
      await context.close()
    })
  },
)
