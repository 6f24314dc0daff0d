import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { eicar } from '../../support/files/eicar.ts'
import { onePagePdf } from '../../support/files/pdf.ts'
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
  ['sessions', '#/sessions', (page) => rowOf(page, 'research').waitFor()],
  ['a session', '#/files/sessions/research/', (page) => page.getByText('Newest file').waitFor()],
  ['recent files', '#/recent', (page) => rowOf(page, 'a.txt').waitFor()],
  ['results', '#/search?q=a.txt', (page) => rowOf(page, 'a.txt').waitFor()],
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
    'the editor of metadata',
    '#/files/main/',
    async (page) => {
      await rowOf(page, 'a.txt').click({ position: { x: 400, y: 20 } })
      await page.keyboard.press('Shift+I')
      await page.getByText('Metadata', { exact: true }).click()
      await page.getByRole('button', { name: 'Edit' }).click()
      await page.getByRole('button', { name: 'Add', exact: true }).click()
    },
  ],
  [
    'a filter and its menu',
    '#/files/main/?origin=user-upload',
    async (page) => {
      await page.getByRole('button', { name: 'Made by: Upload' }).click()
      await page.getByRole('menu').waitFor()
    },
  ],
  [
    'the question before the trash is emptied',
    '#/trash',
    async (page) => {
      await page.getByRole('button', { name: 'Empty trash…' }).click()
      await page.getByRole('dialog').waitFor()
    },
  ],
  [
    'the sheet of keys',
    '#/files/main/',
    async (page) => {
      await rowOf(page, 'a.txt').click({ position: { x: 400, y: 20 } })
      await page.keyboard.press('?')
      await page.getByRole('dialog').waitFor()
    },
  ],
  [
    'a PDF',
    '#/files/documents/',
    async (page) => {
      await page.locator('bdi.title').getByText('report.pdf').click()
      await page.getByRole('button', { name: 'All pages' }).waitFor()
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
/** The details cover the list, and each dialog a part of it. */
const phoneScreens: Screen[] = [
  [
    'details',
    '#/files/main/',
    async (page) => {
      await rowOf(page, 'a.txt').getByRole('button', { name: 'Actions' }).click()
      await page.getByRole('menuitem', { name: 'Details' }).click()
      await page.getByText('Reference', { exact: true }).waitFor()
    },
  ],
  [
    'the preview',
    '#/files/main/',
    async (page) => {
      await rowOf(page, 'a.txt').click()
      await page.locator('dialog pre').waitFor()
    },
  ],
]
/** A page without a token, and without the list below the dialog. */
const signIn: Screen = [
  'the sign-in',
  '#/files/main/',
  async (page) => {
    await page.route('**/api/workspace/**', (route) => route.fulfill({ status: 401 }))
    await page.reload()
    await page.getByRole('dialog', { name: 'Sign in' }).waitFor()
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
    await server.user.store('/sessions/research/notes.txt', 'hello')
    await server.user.store('/documents/report.pdf', onePagePdf)
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
    const devices: [name: string, viewport: typeof phone, Screen[]][] = [
      ['a desktop', desktop, [...screens, ...desktopScreens, uploads, tiles, signIn]],
      ['a phone', phone, [...screens, ...phoneScreens, tiles, signIn]],
    ]
    describe.each(devices)('on %s', (_, viewport, shown) => {
      let page: Page
      beforeAll(async () => {
        const options = { colorScheme, viewport, reducedMotion: 'reduce' } as const
        ;({ page } = await server.open('', options))
      })
      afterAll(() => page?.context().close())

      test.each(shown)('%s', async (_, hash, act) => {
        await page.unrouteAll()
        await page.evaluate(() => localStorage.clear())
        await page.goto(`${server.url}/${hash}`)
        await page.reload()
        await act(page)
        expect(await violationsOf(page)).toEqual([])
      })
    })
  })
})
