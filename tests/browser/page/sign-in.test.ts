import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Caller } from '../../e2e/support/caller.ts'
import { localToken } from '../../e2e/support/target.ts'
import { skipWithoutProgram } from '../../support/programs.ts'
import { rowOf, startPage, uploadFiles, type PageServer } from './open-browser.ts'

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

    expect(addresses.filter((address) => /local(?::|%3a)ann/i.test(address))).toEqual([])
    const { cookies, origins } = await context.storageState()
    expect(JSON.stringify([cookies, origins])).not.toMatch(/local(?::|%3a)ann/i)
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

  test.each([
    ['is not JSON', '{"apiKey": '],
    ['names no project', '{}'],
    ['has values of other types', '{"apiKey":1,"authDomain":{},"projectId":["<img src=x>"]}'],
  ])('asks for a token where the description of a project %s', async (_, body) => {
    const { context, page, dialog } = await openRefusing()
    await page.route('**/__/firebase/init.json', (route) => route.fulfill({ body }))
    await page.goto(server.url)
    await dialog.getByLabel('Token').fill('local:ann')
    await dialog.getByRole('button', { name: 'Sign in' }).click()
    await rowOf(page, 'hers.txt').waitFor()
    expect(await dialog.count()).toBe(0)
    await context.close()
  })

  test('takes tokens from a function of the host that returns them at once', async () => {
    const { context, page, dialog } = await openRefusing()
    await page.addInitScript(() => Reflect.set(globalThis, 'cofferToken', () => 'local:ann'))
    await page.goto(server.url)
    await rowOf(page, 'hers.txt').waitFor()
    expect(await dialog.count()).toBe(0)
    await context.close()
  })

  /** Accepts one token at a time, in the name of Ann. */
  async function openExpiring(hash: string) {
    const context = await server.browser.newContext()
    const page = await context.newPage()
    const accepted = { token: 'first' }
    const refused: string[] = []
    await page.route('**/api/workspace/**', async (route) => {
      const headers = route.request().headers()
      if (headers['authorization'] === `Bearer ${accepted.token}`) {
        return route.continue({ headers: { ...headers, authorization: 'Bearer local:ann' } })
      }
      refused.push(`${route.request().method()} ${headers['authorization']}`)
      return route.fulfill({
        status: 401,
        contentType: 'application/problem+json',
        body: JSON.stringify(refusal),
      })
    })
    const dialog = page.getByRole('dialog', { name: 'Sign in' })
    const enter = async (token: string) => {
      await dialog.getByLabel('Token').fill(token)
      await dialog.getByRole('button', { name: 'Sign in' }).click()
    }
    const open = () => page.goto(`${server.url}/${hash}`)
    return { context, page, accepted, refused, dialog, enter, open }
  }

  test('takes tokens from a function of the host, also when the service refuses one, and never asks', async () => {
    const { context, page, accepted, refused, dialog, open } = await openExpiring('#/files/host/')
    await page.addInitScript(() => {
      let token = 'first'
      Reflect.set(globalThis, 'cofferToken', ({ refresh }: { refresh: boolean }) => {
        if (refresh) token = 'second'
        return Promise.resolve(token)
      })
    })
    await open()
    await page.getByText('This folder is empty').waitFor()
    expect(refused).toEqual([])
    accepted.token = 'second'
    await uploadFiles(page, [{ name: 'late.txt', text: 'x' }])
    await rowOf(page, 'late.txt').waitFor()
    expect(refused).toContain('PUT Bearer first')
    expect(await dialog.count()).toBe(0)
    await context.close()
  })

  test('asks again when a token has expired, and continues with what was typed and chosen', async () => {
    const { context, page, accepted, dialog, enter, open } = await openExpiring('#/files/late/')
    await open()
    await enter('first')
    await page.getByText('This folder is empty').waitFor()
    await uploadFiles(page, [{ name: 'a.txt', text: 'x' }])
    await rowOf(page, 'a.txt').click({ position: { x: 400, y: 20 } })
    await page.keyboard.press('F2')
    await page.getByLabel('Name', { exact: true }).fill('typed.txt')
    accepted.token = 'second'
    await page.keyboard.press('Enter')
    await dialog.waitFor()
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('typed.txt')
    await enter('second')
    await rowOf(page, 'typed.txt').waitFor()
    // Earlier, a request of the page itself could open the dialog over the button.
    const expire = () => (accepted.token = 'third')
    await uploadFiles(page, [{ name: 'b.txt', text: 'x' }], expire)
    await enter('third')
    await rowOf(page, 'b.txt').waitFor()
    await context.close()
  })
})
