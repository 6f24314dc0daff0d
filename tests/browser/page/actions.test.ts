import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { skipWithoutProgram } from '../../support/programs.ts'
import { rowOf, startPage, type PageServer } from './open-browser.ts'

const refusal = {
  type: 'urn:coffer:problem:forbidden',
  title: 'Forbidden',
  status: 403,
  detail: 'Refused by the test.',
}

describe.skipIf(skipWithoutProgram('chromium'))('actions of the file browser in Chromium', () => {
  let server: PageServer
  beforeAll(async () => {
    server = await startPage()
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  test('a move that is refused for one of two files names the refusal, and undo brings the other back', async () => {
    for (const path of ['/move/a.txt', '/move/b.txt', '/move/to/a.txt'])
      await server.user.store(path, 'x')
    const { page } = await server.open('#/files/move/')
    for (const name of ['a.txt', 'b.txt']) await rowOf(page, name).locator('.tick').click()
    await page.keyboard.press('Shift+M')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'to', exact: true }).click()
    await dialog.getByRole('button', { name: 'Move to to' }).click()
    await rowOf(page, 'b.txt').waitFor({ state: 'detached' })
    const message = page.locator('.toast')
    await message.getByText('“b.txt” is in /move/to/').waitFor()
    expect(await message.textContent()).toContain('/move/to/a.txt')
    await page.getByRole('button', { name: 'Undo' }).click()
    await rowOf(page, 'b.txt').waitFor()
    expect(await server.user.text('/move/b.txt')).toBe('x')
    await page.context().close()
  })

  test('a double click creates one share link', async () => {
    await server.user.store('/share/a.txt', 'x')
    const { page } = await server.open('#/files/share/')
    await rowOf(page, 'a.txt').click({ position: { x: 400, y: 20 } })
    await page.keyboard.press('Shift+I')
    let requests = 0
    await page.route('**/shares', async (route) => {
      requests += 1
      await route.continue()
    })
    await page.getByRole('button', { name: 'Create a link' }).dblclick()
    await page.getByLabel('The link', { exact: true }).waitFor()
    expect(requests).toBe(1)
    await page.context().close()
  })

  test('a menu closes when the view changes', async () => {
    await server.user.store('/menu/a.txt', 'x')
    const { page } = await server.open('#/files/menu/')
    await rowOf(page, 'a.txt').click({ button: 'right' })
    await page.getByRole('menu').waitFor()
    await page.goto(`${server.url}/#/trash`)
    await page.getByRole('heading', { name: 'Trash', level: 1 }).waitFor()
    await expect.poll(() => page.getByRole('menu').count()).toBe(0)
    await page.context().close()
  })

  test('a held Delete key deletes one file', async () => {
    for (const name of ['a', 'b', 'c']) await server.user.store(`/held/${name}.txt`, 'x')
    const { page } = await server.open('#/files/held/')
    await rowOf(page, 'a.txt').click({ position: { x: 400, y: 20 } })
    await page.keyboard.down('Delete')
    await rowOf(page, 'a.txt').waitFor({ state: 'detached' })
    await page.keyboard.down('Delete')
    await page.keyboard.up('Delete')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Delete')
    await rowOf(page, 'c.txt').waitFor({ state: 'detached' })
    expect(await server.user.text('/held/b.txt')).toBe('x')
    await page.context().close()
  })

  test('Try again reads a list whose last refresh failed', async () => {
    await server.user.store('/again/a.txt', 'x')
    const { page } = await server.open('#/files/again/')
    await rowOf(page, 'a.txt').waitFor()
    await page.route('**/files?*', (route) =>
      route.fulfill({
        status: 403,
        contentType: 'application/problem+json',
        body: JSON.stringify(refusal),
      }),
    )
    await server.user.store('/again/b.txt', 'x')
    await page.getByText('Refused by the test.').waitFor()
    await page.unroute('**/files?*')
    await page.getByRole('button', { name: 'Try again' }).click()
    await rowOf(page, 'b.txt').waitFor()
    expect(await page.getByText('Refused by the test.').count()).toBe(0)
    await page.context().close()
  })

  test('a search text from a link cannot change the words around it', async () => {
    const text = `${'long '.repeat(200)}\u202ecba`
    const { page } = await server.open(`#/search?q=${encodeURIComponent(text)}`)
    const heading = page.getByRole('heading', { level: 1 })
    expect(await heading.textContent()).not.toContain('\u202e')
    expect((await heading.boundingBox())?.height).toBeLessThan(60)
    await page.context().close()
  })

  test('the usage of a nearly empty workspace is below 1 %', async () => {
    await server.user.store('/usage/a.txt', 'x'.repeat(600_000))
    const { page } = await server.open('#/files/usage/')
    expect(await page.locator('.usage .pair').textContent()).toMatch(/ of .*< 1 %$/)
    expect(await page.getByRole('meter').getAttribute('aria-valuenow')).toBe('0')
    await page.context().close()
  })
})
