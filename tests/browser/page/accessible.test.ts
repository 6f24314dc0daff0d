import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { eicar } from '../../support/files/eicar.ts'
import { skipWithoutProgram } from '../../support/programs.ts'
import { rowOf, startPage, uploadFiles, violationsOf, type PageServer } from './open-browser.ts'

const desktop = { width: 1280, height: 800 }
const phone = { width: 390, height: 812 }
const select = async (page: Page, name: string) => {
  await rowOf(page, name).locator('.tick').click()
}

type Screen = [name: string, hash: string, act: (page: Page) => Promise<unknown>]
const screens: Screen[] = [
  ['the list', '#/files/main/', (page) => rowOf(page, 'a.txt').waitFor()],
  ['the trash', '#/trash', (page) => rowOf(page, 'gone.txt').waitFor()],
  ['blocked files', '#/blocked', (page) => rowOf(page, 'virus.com').waitFor()],
  [
    'an empty folder',
    '#/files/nothing/',
    (page) => page.getByText('This folder is empty').waitFor(),
  ],
]
const desktopScreens: Screen[] = [
  [
    'a selection with details',
    '#/files/main/',
    async (page) => {
      await select(page, 'a.txt')
      await select(page, 'b.txt')
      await page.keyboard.press('Shift+I')
      await page.getByText('Reference', { exact: true }).waitFor()
    },
  ],
  [
    'the menu of a row',
    '#/files/main/',
    async (page) => {
      await rowOf(page, 'a.txt').click({ button: 'right' })
      await page.getByRole('menu').waitFor()
    },
  ],
  [
    'the move dialog',
    '#/files/main/',
    async (page) => {
      await select(page, 'a.txt')
      await page.keyboard.press('Shift+M')
      await page.getByRole('dialog').waitFor()
    },
  ],
  [
    'the preview',
    '#/files/main/',
    async (page) => {
      await page.locator('bdi.title').getByText('a.txt').click()
      await page.locator('dialog pre').waitFor()
    },
  ],
]
const tiles: Screen = [
  'tiles',
  '#/files/main/',
  async (page) => {
    await page.getByRole('button', { name: 'Tiles' }).click()
    await page.locator('.tile', { hasText: 'a.txt' }).waitFor()
  },
]
const uploads: Screen = [
  'uploads that ask',
  '#/files/main/',
  async (page) => {
    await uploadFiles(page, [{ name: 'a.txt', text: 'new' }])
    await page.getByText('A file with this name is here already').waitFor()
  },
]

describe.skipIf(skipWithoutProgram('chromium'))('axe finds no violation', () => {
  let server: PageServer
  beforeAll(async () => {
    server = await startPage()
    await server.user.store('/main/a.txt', 'hello')
    await server.user.store('/main/b.txt', 'hello')
    await server.user.store('/main/folder/c.txt', 'hello')
    const { id } = await server.user.store('/main/gone.txt', 'hello')
    await server.user.call('DELETE', `/files/${id}`)
    await server.user.put('/main/virus.com', eicar())
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    test.each([...screens, ...desktopScreens, uploads, tiles])(
      'on a desktop: %s',
      async (_, hash, act) => {
        const { page } = await server.open(hash, {
          colorScheme,
          viewport: desktop,
          reducedMotion: 'reduce',
        })
        await act(page)
        expect(await violationsOf(page)).toEqual([])
        await page.context().close()
      },
    )

    test.each([...screens, tiles])('on a phone: %s', async (_, hash, act) => {
      const { page } = await server.open(hash, {
        colorScheme,
        viewport: phone,
        reducedMotion: 'reduce',
      })
      await act(page)
      expect(await violationsOf(page)).toEqual([])
      await page.context().close()
    })
  })
})
