import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { picture8x4 } from '../../../blocks/fixtures/pictures.ts'
import { skipWithoutProgram } from '../../support/programs.ts'
import { startPage, violationsOf, type PageServer } from './open-browser.ts'

const picture = Buffer.from(picture8x4.replace(/^.*,/, ''), 'base64')

async function pick(page: Page, field: string, names: string[]) {
  await page.getByRole('button', { name: `Pick a file for ${field}` }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: 'pictures' }).click()
  for (const name of names) await dialog.getByRole('button', { name }).click()
  return dialog
}

describe.skipIf(skipWithoutProgram('chromium'))('the view of blocks in Chromium', () => {
  let server: PageServer
  beforeAll(async () => {
    server = await startPage({
      BLOCK_MODULES: fileURLToPath(new URL('../../blocks/paused-block.ts', import.meta.url)),
    })
    await server.user.store('/pictures/photo.png', picture)
    await server.user.store('/pictures/notes.txt', 'no image')
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  async function openBlock(name: string, options = {}) {
    const opened = await server.open('', options)
    const { page } = opened
    await page.getByRole('link', { name: 'Blocks' }).click()
    await page.getByLabel('Search blocks').fill(name)
    await page.locator('.block-list a', { has: page.getByText(name, { exact: true }) }).click()
    await page.getByRole('heading', { name, exact: true }).waitFor()
    return opened
  }

  test('lists the blocks, searches them, and says when none fits', async () => {
    const { page, complaints } = await server.open('')
    await page.getByRole('link', { name: 'Blocks' }).click()
    await page.locator('.block-list a', { hasText: 'ResizeImage' }).waitFor()
    await page.getByLabel('Search blocks').fill('ResizeImage')
    await page.locator('.block-list a', { hasText: 'HashFile' }).waitFor({ state: 'detached' })
    await page.getByLabel('Search blocks').fill('xylophone')
    await page.getByText('No block has these words').waitFor()
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('runs a block with a picked file, shows the picture, and lists the run', async () => {
    const { page, complaints } = await openBlock('ResizeImage')
    const dialog = await pick(page, 'Image', [])
    expect(await dialog.getByRole('button', { name: 'notes.txt' }).isDisabled()).toBe(true)
    await dialog.getByLabel('Search files').press('Enter')
    expect(await page.locator('.run').count()).toBe(0)
    await dialog.getByRole('button', { name: 'photo.png' }).click()
    await page.getByLabel('Width').fill('4')
    await page.getByLabel('Format').selectOption('png')
    expect(await page.getByLabel('Quality').isVisible()).toBe(false)
    await page.getByText('Advanced').click()
    expect(await page.getByLabel('Quality').inputValue()).toBe('80')
    await page.getByRole('button', { name: 'Run' }).click()
    await page.locator('.run').getByText('Completed').waitFor()
    await page.locator('.run coffer-file:state(image)').waitFor()
    expect(await page.locator('.run .num').allTextContents()).toEqual(['4', '2'])
    await page.locator('.runs summary', { hasText: 'ResizeImage · completed' }).waitFor()
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('shows a refusal at its field, and keeps what was typed, also in other views', async () => {
    const { page } = await openBlock('ResizeImage')
    await pick(page, 'Image', ['photo.png'])
    await page.getByLabel('Width').fill('0')
    await page.getByRole('button', { name: 'Run' }).click()
    const field = page.locator('.field', { has: page.getByLabel('Width') })
    await field.getByRole('alert').waitFor()
    expect(await page.getByLabel('Width').getAttribute('aria-invalid')).toBe('true')
    expect(await page.getByLabel('Height').getAttribute('aria-invalid')).toBe('false')
    await page.getByLabel('Width').fill('')
    await page.getByRole('button', { name: 'Run' }).click()
    await field.getByText('is required without a height').waitFor()
    await page.locator('.run').getByText('Failed').waitFor()
    await page.getByLabel('Height').fill('2')
    await page.getByRole('link', { name: 'Trash' }).click()
    await page.goBack()
    expect(await page.getByLabel('Height').inputValue()).toBe('2')
    await page.getByRole('button', { name: 'Run' }).click()
    await page.locator('.run').getByText('Completed').waitFor()
    await page.getByRole('button', { name: 'Remove photo.png' }).click()
    await page.getByRole('button', { name: 'Run' }).click()
    await page.locator('.field', { hasText: 'Image' }).getByRole('alert').waitFor()
    await page.context().close()
  })

  test('draws lists of files and of texts', async () => {
    const { page } = await openBlock('Zip')
    const dialog = await pick(page, 'Files', ['photo.png', 'notes.txt'])
    await dialog.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('button', { name: 'Remove notes.txt' }).click()
    expect(await page.locator('.picked-files .chip').allTextContents()).toEqual(['photo.png'])
    await page.getByRole('button', { name: 'Run' }).click()
    await page.locator('.run').getByText('Completed').waitFor()
    await page.goto(page.url().replace(/#.*/, '#/blocks'))
    await page.locator('.block-list a', { hasText: 'CsvToChart' }).click()
    await page.getByRole('button', { name: 'Add to Values' }).click()
    await page.getByRole('button', { name: 'Add to Values' }).click()
    await page.getByLabel('Values 1', { exact: true }).fill('a')
    await page.getByLabel('Values 2', { exact: true }).fill('b')
    await page.getByRole('button', { name: 'Remove Values 1' }).click()
    expect(await page.getByLabel('Values 1', { exact: true }).inputValue()).toBe('b')
    await page.context().close()
  })

  test('shows progress, and cancels a run, whose files are deleted', async () => {
    const { page } = await openBlock('Paused')
    await page.getByRole('button', { name: 'Run' }).click()
    await page.locator('.run').getByText('waiting').waitFor()
    await page.locator('.run coffer-file').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.locator('.run').getByText('Cancelled').waitFor()
    await page.locator('.runs summary', { hasText: 'Paused · cancelled' }).waitFor()
    expect(await page.locator('.run coffer-file').count()).toBe(0)
    const answer = await server.user.call('GET', '/runs?limit=1')
    expect(await answer.json()).toMatchObject({
      runs: [{ block: { name: 'Paused' }, state: 'cancelled' }],
    })
    await page.context().close()
  })

  test('has no place in the side bar where the service has no blocks', async () => {
    const { page } = await server.open('')
    await page.getByRole('link', { name: 'Blocks' }).waitFor()
    await page.route('**/blocks?*', (route) => route.fulfill({ status: 404 }))
    const asked = page.waitForResponse(/\/blocks\?/)
    await page.reload()
    await asked
    await page.locator('.grid[aria-busy=false], .empty').waitFor()
    expect(await page.getByRole('link', { name: 'Blocks' }).count()).toBe(0)
    await page.context().close()
  })

  test.each([
    ['a desktop', { width: 1280, height: 800 }],
    ['a phone', { width: 390, height: 812 }],
  ])('axe finds no violation on %s', async (_, viewport) => {
    const { page } = await openBlock('ResizeImage', { viewport, reducedMotion: 'reduce' })
    await pick(page, 'Image', [])
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: 'photo.png' }).click()
    await page.getByText('Advanced').click()
    await page.getByLabel('Width').fill('4')
    await page.getByRole('button', { name: 'Run' }).click()
    await page.locator('.run coffer-file:state(image)').waitFor()
    expect(await violationsOf(page)).toEqual([])
    await page.goto(page.url().replace(/#.*/, '#/blocks'))
    await page.locator('.block-list a').first().waitFor()
    expect(await violationsOf(page)).toEqual([])
    await page.context().close()
  })
})
