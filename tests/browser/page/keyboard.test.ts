import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { keySheet, type KeyCommand } from '../../../web/list/key-sheet.ts'
import { skipWithoutProgram } from '../../support/programs.ts'
import { focusedLabel, rowOf, startPage, type PageServer } from './open-browser.ts'

/** Runs in the page. */
function readClipboard(): Promise<string> {
  const { navigator } = globalThis as unknown as {
    navigator: { clipboard: { readText: () => Promise<string> } }
  }
  return navigator.clipboard.readText()
}

const selectedRows = (page: Page) => page.locator('[aria-selected=true]').count()
const beside = { position: { x: 400, y: 20 } }
const below = { ArrowDown: 2, PageDown: 3, End: 3 }

/** What each row of the sheet does, from the file `alpha.txt` with the focus. A row without an entry here does not compile. */
const effects: Record<
  KeyCommand,
  (page: Page, press: () => Promise<void>, key: string) => unknown
> = {
  async move(page, press, key) {
    await press()
    const names = ['inner', 'alpha', 'beta', 'gamma']
    const at = below[key as keyof typeof below] ?? 0
    await expect.poll(() => focusedLabel(page)).toMatch(new RegExp(`^${names[at]}`))
  },
  async extend(page, press, key) {
    await press()
    const at = below[key.replace('Shift+', '') as keyof typeof below] ?? 0
    await expect.poll(() => selectedRows(page)).toBe(at === 3 ? 3 : 2)
  },
  async actions(page, press, key) {
    if (key === 'ArrowLeft') await page.keyboard.press('ArrowRight')
    await press()
    const label = key === 'ArrowLeft' ? /^alpha\.txt, / : /^Actions for alpha/
    await expect.poll(() => focusedLabel(page)).toMatch(label)
  },
  async find(page, press) {
    await press()
    await expect.poll(() => focusedLabel(page)).toMatch(/^beta/)
  },
  async open(page, press) {
    await press()
    await page.getByRole('dialog', { name: 'Preview of alpha.txt' }).waitFor()
  },
  async select(page, press) {
    await press()
    await expect.poll(() => selectedRows(page)).toBe(1)
  },
  async selectAll(page, press) {
    await press()
    await expect.poll(() => selectedRows(page)).toBe(4)
  },
  async end(page, press) {
    await page.keyboard.press('Shift+I')
    await page.keyboard.press('Space')
    await press()
    await expect.poll(() => selectedRows(page)).toBe(0)
    expect(await page.locator('aside').count()).toBe(1)
    await press()
    await expect.poll(() => page.locator('aside').count()).toBe(0)
  },
  async up(page, press) {
    await press()
    await expect.poll(() => new URL(page.url()).hash).toBe('#/files/')
    await expect.poll(() => focusedLabel(page)).toMatch(/^keys/)
  },
  async search(page, press) {
    await press()
    await expect.poll(() => focusedLabel(page)).toBe('Search this workspace')
  },
  async rename(page, press) {
    await press()
    await page.getByRole('dialog', { name: 'Rename the file' }).waitFor()
  },
  async moveTo(page, press) {
    await press()
    await page.getByRole('dialog', { name: 'Move “alpha.txt”' }).waitFor()
  },
  async copyTo(page, press) {
    await press()
    await page.getByRole('dialog', { name: 'Copy “alpha.txt”' }).waitFor()
  },
  async trash(page, press) {
    await press()
    await rowOf(page, 'alpha.txt').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).click()
    await rowOf(page, 'alpha.txt').waitFor()
  },
  async undo(page, press) {
    await page.keyboard.press('Delete')
    await rowOf(page, 'alpha.txt').waitFor({ state: 'detached' })
    await page.getByText('is in the trash').waitFor()
    await press()
    await rowOf(page, 'alpha.txt').waitFor()
  },
  async references(page, press) {
    await press()
    await page.getByText('The reference is copied').waitFor()
    expect(await page.evaluate(readClipboard)).toMatch(/^workspace:\/\/[\w-]+$/)
  },
  async download(page, press) {
    const download = page.waitForEvent('download')
    await press()
    expect((await download).suggestedFilename()).toBe('alpha.txt')
  },
  async link(page, press) {
    await press()
    await expect.poll(() => page.locator(':focus').textContent()).toBe('Create a link')
  },
  async details(page, press) {
    await press()
    await page.getByRole('complementary', { name: 'Details' }).waitFor()
  },
  async preview(page, press) {
    await press()
    await page.getByRole('dialog', { name: 'Preview of alpha.txt' }).waitFor()
  },
  async upload(page, press) {
    const chooser = page.waitForEvent('filechooser')
    await press()
    expect((await chooser).isMultiple()).toBe(true)
  },
  async uploadFolder(page, press) {
    const chooser = page.waitForEvent('filechooser')
    await press()
    const input = (await chooser).element()
    expect(await input.evaluate((element) => Reflect.get(element, 'webkitdirectory'))).toBe(true)
  },
  async layout(page, press) {
    await press()
    await page.locator('.tile').first().waitFor()
    await press()
    await page.locator('.row').first().waitFor()
  },
  async menu(page, press) {
    await press()
    await page.getByRole('menu', { name: 'Actions for alpha.txt' }).waitFor()
  },
  async sheet(page, press) {
    await press()
    const rows = page.getByRole('dialog', { name: 'Keyboard' }).locator('dt')
    await expect.poll(() => rows.count()).toBe(keySheet.length)
  },
}

describe.skipIf(skipWithoutProgram('chromium'))('the sheet of keys', () => {
  let server: PageServer
  let page: Page
  beforeAll(async () => {
    server = await startPage()
    for (const path of ['inner/x', 'alpha', 'beta', 'gamma'])
      await server.user.store(`/keys/${path}.txt`, path)
    ;({ page } = await server.open('#/files/keys/', {
      permissions: ['clipboard-read', 'clipboard-write'],
    }))
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  test.each(keySheet)('$keys: $does', async ({ id, keys }) => {
    for (const key of keys.length > 0 ? keys : ['b']) {
      await page.goto(`${server.url}/#/files/keys/`)
      await page.reload()
      await rowOf(page, 'alpha.txt').click(beside)
      await page.keyboard.press('Escape')
      const name = key.replace(
        /^Ctrl\+(.*)$/,
        (_, rest: string) => `Control+${rest.length === 1 ? rest.toLowerCase() : rest}`,
      )
      await effects[id](page, () => page.keyboard.press(name), key)
    }
    expect(await page.locator('.app').count()).toBe(1)
  })

  test('the arrows follow the direction of reading', async () => {
    const context = await server.browser.newContext()
    const mirrored = await context.newPage()
    await mirrored.goto(`${server.url}/#/files/keys/`)
    const html = mirrored.locator('html')
    await html.evaluate((element) => element.setAttribute('dir', 'rtl'))
    await rowOf(mirrored, 'alpha.txt').click(beside)
    await mirrored.keyboard.press('ArrowLeft')
    expect(await focusedLabel(mirrored)).toBe('Actions for alpha.txt')
    await mirrored.keyboard.press('ArrowRight')
    expect(await focusedLabel(mirrored)).toMatch(/^alpha/)
    await mirrored.keyboard.press('Shift+V')
    await mirrored.locator('.tile').first().waitFor()
    await mirrored.keyboard.press('ArrowLeft')
    await expect.poll(() => focusedLabel(mirrored)).toMatch(/^beta/)
    const overflow = html.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)
    expect(await overflow).toBe(0)
    await context.close()
  })
})

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
