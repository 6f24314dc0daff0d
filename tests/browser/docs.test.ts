import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromium, type Browser } from 'playwright-core'
import { Caller } from '../e2e/support/caller.ts'
import { startLocalServer } from '../e2e/local/local-server.ts'
import { localToken, type Server } from '../e2e/support/target.ts'
import { skipWithoutProgram } from '../support/programs.ts'
import { chromiumOptions } from './chromium.ts'

describe.skipIf(skipWithoutProgram('chromium'))('the page /docs in Chromium', () => {
  let server: Server
  let browser: Browser
  beforeAll(async () => {
    server = await startLocalServer({ AUTH_MODE: 'local', CLAMAV_SERVICE_ENABLED: 'false' })
    browser = await chromium.launch(chromiumOptions())
  })
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  test(
    'signs in and uploads a file, without a violation of its policy',
    { timeout: 120_000 },
    async () => {
      const page = await browser.newPage()
      const complaints: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(error.message))
      const opened = await page.goto(`${server.url}/docs`)
      expect(opened?.headers()['content-security-policy']).toMatch(
        /^default-src 'none'; script-src 'self';/,
      )

      await page.locator('button.authorize').first().click()
      await page.locator('#auth-bearer-value').first().fill('local:ann')
      await page.locator('.modal-ux button.authorize').first().click()
      await page.locator('.modal-ux button.btn-done').first().click()

      const operation = page.locator('#operations-default-uploadFile')
      await operation.locator('.opblock-summary-control').click()
      await operation.locator('button.try-out__btn').click()
      await operation.locator('[data-property-name="path"] input[type=text]').fill('/a b/ü.txt')
      await operation
        .locator('input[type=file]')
        .setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') })
      await operation.locator('button.execute').click()
      await operation.locator('.live-responses-table tbody').first().waitFor()
      const answer = operation.locator('.live-responses-table tbody').first()
      expect(await answer.textContent()).toMatch(/^201/)
      const ann = new Caller(server.url, 'ann', await localToken('ann'))
      const { files } = await ann.list()
      expect(files).toHaveLength(1)
      expect(complaints).toEqual([])
      await page.close()
    },
  )
})
