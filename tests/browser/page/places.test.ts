import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eicar } from '../../support/files/eicar.ts'
import { skipWithoutProgram } from '../../support/programs.ts'
import { rowOf, startPage, uploadFiles, type PageServer } from './open-browser.ts'

describe.skipIf(skipWithoutProgram('chromium'))('the places at the side in Chromium', () => {
  let server: PageServer
  beforeAll(async () => {
    server = await startPage()
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  test('sessions: lists one row for each, shows when the newest file came, and deletes the files after a question', async () => {
    for (const path of ['notes.md', 'data/table.csv'])
      await server.user.store(`/sessions/research/${path}`, 'x')
    await server.user.store('/sessions/other/a.txt', 'x')
    const { page, complaints } = await server.open('#/sessions')
    await rowOf(page, 'research').dblclick()
    await rowOf(page, 'notes.md').waitFor()
    const newest = page.getByText('Newest file:').locator('time')
    const { createdAt } = (await server.user.list({ prefix: '/sessions/research/' })).files[0] ?? {}
    expect(await newest.getAttribute('datetime')).toBe(createdAt)
    const sessions = page.getByRole('link', { name: 'Sessions', exact: true })
    expect(await sessions.first().getAttribute('aria-current')).toBe('page')

    await page.goBack()
    await rowOf(page, 'research').click({ position: { x: 400, y: 20 } })
    await page.keyboard.press('Delete')
    const dialog = page.getByRole('dialog', { name: 'Delete the files of session “research”?' })
    await dialog.getByText('2 files of the session').waitFor()
    await dialog.getByRole('button', { name: 'Delete the session’s files' }).click()
    await rowOf(page, 'research').waitFor({ state: 'detached' })
    expect(await rowOf(page, 'other').count()).toBe(1)
    await page.getByRole('button', { name: 'Undo' }).click()
    await rowOf(page, 'research').waitFor()
    expect(await server.user.text('/sessions/research/data/table.csv')).toBe('x')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('counts blocked and deleted files as they change, and empties the trash after a question with the number', async () => {
    const { page } = await server.open('#/trash')
    const nav = page.getByRole('navigation', { name: 'Workspace' })
    await server.user.put('/counted/virus.com', eicar())
    await nav.getByRole('link', { name: 'Blocked 1', exact: true }).click()
    await rowOf(page, 'virus.com').locator('.in').getByText('Infected with').waitFor()
    await nav.getByRole('link', { name: 'Trash' }).click()
    for (const name of ['a', 'b']) {
      const { id } = await server.user.store(`/counted/${name}.txt`, 'x')
      await server.user.call('DELETE', `/files/${id}`)
    }
    await nav.getByRole('link', { name: 'Trash 2', exact: true }).waitFor()
    await rowOf(page, 'b.txt').waitFor()
    await page.getByRole('button', { name: 'Empty trash…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete 2 files for good?' })
    await dialog.getByRole('button', { name: 'Keep' }).click()
    await page.getByRole('button', { name: 'Empty trash…' }).click()
    await dialog.getByRole('button', { name: 'Empty the trash' }).click()
    await page.getByText('The trash is empty').waitFor()
    await nav.getByRole('link', { name: 'Trash', exact: true }).waitFor()
    expect((await server.user.list({ deleted: 'true' })).files).toEqual([])
    await page.context().close()
  })

  test('pins folders, which follow when they are renamed, and stay after a reload', async () => {
    await server.user.store('/shelf/old/a.txt', 'x')
    const { page } = await server.open('#/files/shelf/')
    await rowOf(page, 'old').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Pin to the side' }).click()
    const pinned = page.getByRole('navigation', { name: 'Pinned' })
    await pinned.getByRole('link', { name: 'old' }).waitFor()
    await rowOf(page, 'old').click({ position: { x: 400, y: 20 } })
    await page.keyboard.press('F2')
    await page.getByLabel('Name', { exact: true }).fill('new')
    await page.keyboard.press('Enter')
    await pinned.getByRole('link', { name: 'new' }).waitFor()
    await page.reload()
    await pinned.getByRole('link', { name: 'new' }).click()
    await rowOf(page, 'a.txt').waitFor()
    await page.getByRole('button', { name: 'Pin to the side' }).click()
    await expect.poll(() => pinned.count()).toBe(0)
    await page.context().close()
  })

  test('a new folder is a place for files, and is in the list when it has one', async () => {
    const { page } = await server.open('#/files/shelf/')
    await page.getByRole('button', { name: 'New folder' }).click()
    await page.getByLabel('Name', { exact: true }).fill('plans / 2027')
    await page.keyboard.press('Enter')
    await page.getByText('This folder is empty').waitFor()
    await uploadFiles(page, [{ name: 'first.txt', text: 'x' }])
    await rowOf(page, 'first.txt').waitFor()
    expect(await server.user.text('/shelf/plans/2027/first.txt')).toBe('x')
    await page.goto(`${server.url}/#/files/shelf/`)
    await rowOf(page, 'plans').waitFor()
    await page.context().close()
  })

  test('recent files have the newest of the whole workspace first, also those of sessions', async () => {
    for (const path of ['/recent/first.txt', '/sessions/other/second.txt'])
      await server.user.store(path, 'x')
    const { page } = await server.open('#/recent')
    await rowOf(page, 'second.txt').waitFor()
    await server.user.store('/recent/third.txt', 'x')
    await rowOf(page, 'third.txt').waitFor()
    const names = await page.locator('.canvas bdi.title').allTextContents()
    expect(names.slice(0, 3)).toEqual(['third.txt', 'second.txt', 'first.txt'])
    await page.context().close()
  })
})
