import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { skipWithoutProgram } from '../../support/programs.ts'
import { focusedLabel, rowOf, startPage, type PageServer } from './open-browser.ts'

describe.skipIf(skipWithoutProgram('chromium'))('the file browser by keyboard', () => {
  let server: PageServer
  let page: Page
  const focused = () => focusedLabel(page)
  const selected = () => page.locator('[role=row][aria-selected=true]').count()
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  beforeAll(async () => {
    server = await startPage()
    for (const name of ['apple', 'banana', 'cherry']) {
      await server.user.store(`/fruit/${name}.txt`, name)
    }
    await server.user.store('/fruit/dried/fig.txt', 'fig')
    ;({ page } = await server.open('#/files/fruit/'))
    await rowOf(page, 'cherry.txt').waitFor()
    for (let tabs = 0; tabs < 30 && !(await focused()).startsWith('dried,'); tabs += 1)
      await press('Tab')
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  test('Tab reaches the list, whose first row says its name first', async () => {
    expect(await focused()).toMatch(/^dried, folder/)
  })

  test('arrows, Home, End and letters move the focus', async () => {
    await press('ArrowDown')
    expect(await focused()).toMatch(/^apple\.txt, 5 bytes, /)
    await press('End')
    expect(await focused()).toMatch(/^cherry/)
    await press('Home', 'b')
    expect(await focused()).toMatch(/^banana/)
  })

  test('Space and Shift with an arrow select, Escape ends the selection', async () => {
    await press('Space', 'Shift+ArrowDown')
    expect(await selected()).toBe(2)
    await press('Control+a')
    await expect.poll(selected).toBe(4)
    await press('Escape')
    expect(await selected()).toBe(0)
  })

  test('Enter opens a folder, and Backspace returns to it in the folder above', async () => {
    await press('Home', 'Enter')
    await rowOf(page, 'fig.txt').waitFor()
    await expect.poll(focused).toMatch(/^fig/)
    await press('Backspace')
    await rowOf(page, 'apple.txt').waitFor()
    await expect.poll(focused).toMatch(/^dried/)
  })

  test('F2 renames a file, and the focus stays in the list', async () => {
    await press('ArrowDown', 'F2')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.type('apricot')
    await press('Enter')
    await rowOf(page, 'apricot.txt').waitFor()
    await expect.poll(focused).toMatch(/^apricot/)
    expect(await server.user.text('/fruit/apricot.txt')).toBe('apple')
  })

  test('a refused name stays in the dialog, with the words of the service', async () => {
    await press('F2')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.type('banana')
    await press('Enter')
    const refusal = page.getByRole('dialog').getByRole('alert')
    await refusal.waitFor()
    expect(await refusal.textContent()).toContain('/fruit/banana.txt')
    expect(await page.getByRole('dialog').getByRole('textbox').inputValue()).toBe('banana.txt')
    await press('Escape')
    await expect.poll(focused).toMatch(/^apricot/)
  })

  test('Shift+F10 opens the menu, whose items the arrows reach, and Escape returns to the row', async () => {
    await press('Shift+F10')
    await page.getByRole('menu').waitFor()
    await press('ArrowDown', 'ArrowDown')
    expect(await page.locator(':focus').textContent()).toMatch(/^Download/)
    await press('Escape')
    await expect.poll(focused).toMatch(/^apricot/)
  })

  test('Enter opens the preview, arrows turn the pages, and Escape returns to the row', async () => {
    await press('Enter')
    await page.getByRole('dialog', { name: 'Preview of apricot.txt' }).waitFor()
    await press('ArrowRight')
    await page.getByRole('dialog', { name: 'Preview of banana.txt' }).waitFor()
    await press('Escape')
    await expect.poll(focused).toMatch(/^banana/)
  })

  test('Delete moves to the trash and the focus to the next row; Ctrl+Z brings it back', async () => {
    await press('Delete')
    await rowOf(page, 'banana.txt').waitFor({ state: 'detached' })
    await expect.poll(focused).toMatch(/^cherry/)
    await press('Control+z')
    await rowOf(page, 'banana.txt').waitFor()
  })

  test('? shows the keys', async () => {
    await press('?')
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
    await press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(focused).toMatch(/^(banana|cherry)/)
  })

  test('Shift+V shows tiles, in which the arrows move by columns and lines', async () => {
    await press('Home', 'Shift+V')
    await page.locator('.tile').first().waitFor()
    await expect.poll(focused).toMatch(/^dried/)
    await press('ArrowRight')
    expect(await focused()).toMatch(/^apricot/)
    await press('ArrowRight', 'ArrowRight')
    expect(await focused()).toMatch(/^cherry/)
    const columns = await page
      .locator('.tile')
      .evaluateAll((tiles) => new Set(tiles.map((tile) => tile.getBoundingClientRect().left)).size)
    expect(columns).toBe(4)
    await press('Home', 'ArrowDown')
    expect(await focused()).toMatch(/^cherry/)
  })
})
