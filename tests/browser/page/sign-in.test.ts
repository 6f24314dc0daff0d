import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Caller } from '../../e2e/support/caller.ts'
import { localToken } from '../../e2e/support/target.ts'
import { skipWithoutProgram } from '../../support/programs.ts'
import { rowOf, startPage, type PageServer } from './open-browser.ts'

const refusal = {
  type: 'urn:coffer:problem:unauthenticated',
  title: 'Not signed in',
  status: 401,
  detail: 'Send a token.',
}

describe.skipIf(skipWithoutProgram('chromium'))('the file browser of a service with tokens', () => {
  let server: PageServer
  beforeAll(async () => {
    server = await startPage()
    const ann = new Caller(server.url, 'ann', await localToken('ann'))
    await ann.store('/hers.txt', 'x')
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  /** The local mode accepts requests without a token. This refuses them, as a deployed service does. */
  async function openRefusing() {
    const context = await server.browser.newContext()
    const page = await context.newPage()
    await page.route('**/api/workspace/**', async (route) => {
      const isSigned = route.request().headers()['authorization'] === 'Bearer local:ann'
      if (isSigned) return route.continue()
      return route.fulfill({
        status: 401,
        contentType: 'application/problem+json',
        body: JSON.stringify(refusal),
      })
    })
    return { context, page, dialog: page.getByRole('dialog', { name: 'Sign in' }) }
  }

  test('asks for a token, repeats the request with it, and keeps it out of addresses and stores', async () => {
    const { context, page, dialog } = await openRefusing()
    const addresses: string[] = []
    page.on('request', (request) => addresses.push(request.url()))
    await page.goto(server.url)
    await dialog.getByLabel('Token').fill('local:ann')
    await dialog.getByRole('button', { name: 'Sign in' }).click()
    await rowOf(page, 'hers.txt').waitFor()
    await dialog.waitFor({ state: 'detached' })

    expect(addresses.filter((address) => address.includes('ann'))).toEqual([])
    const { cookies, origins } = await context.storageState()
    expect(JSON.stringify([cookies, origins])).not.toContain('ann')
    await context.close()
  })

  test('keeps the dialog open on Escape, and does not take the wait for a lost connection', async () => {
    const { context, page, dialog } = await openRefusing()
    await page.clock.install()
    await page.goto(server.url)
    await dialog.waitFor()
    for (let presses = 0; presses < 4; presses += 1) await page.keyboard.press('Escape')
    await page.clock.runFor(10_000)
    expect(await page.getByText('No connection').count()).toBe(0)
    await dialog.getByLabel('Token').fill('local:ann')
    await dialog.getByRole('button', { name: 'Sign in' }).click()
    await rowOf(page, 'hers.txt').waitFor()
    await context.close()
  })

  test('refuses a token with characters that no header can have', async () => {
    const { context, page, dialog } = await openRefusing()
    await page.goto(server.url)
    await dialog.getByLabel('Token').fill('local:→ann')
    await dialog.getByRole('button', { name: 'Sign in' }).click()
    await dialog.getByRole('alert').getByText('A token has only').waitFor()
    await dialog.getByLabel('Token').fill('local:ann')
    await dialog.getByRole('button', { name: 'Sign in' }).click()
    await rowOf(page, 'hers.txt').waitFor()
    expect(await dialog.count()).toBe(0)
    await context.close()
  })
})
