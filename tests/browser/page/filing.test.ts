import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eicar } from '../../support/files/eicar.ts'
import { skipWithoutProgram } from '../../support/programs.ts'
import { dropFiles, rowOf, startPage, type PageServer } from './open-browser.ts'

const beside = { position: { x: 400, y: 20 } }

describe.skipIf(skipWithoutProgram('chromium'))('filters, copies and drags in Chromium', () => {
  let server: PageServer
  let directory: string
  beforeAll(async () => {
    server = await startPage()
    directory = await mkdtemp(join(tmpdir(), 'coffer-filing-'))
  })
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    await rm(directory, { recursive: true, force: true })
  })

  test('shows the files of one maker or one state, which the address keeps', async () => {
    await server.user.store('/filters/mine.txt', 'x')
    await server.user.put('/filters/agent.txt', 'x', { query: { origin: 'agent-created' } })
    await server.user.put('/filters/virus.com', eicar())
    const { page } = await server.open('#/files/filters/')
    await rowOf(page, 'mine.txt').waitFor()
    await page.getByRole('button', { name: 'Made by' }).click()
    await page.getByRole('menuitemradio', { name: 'Agent' }).click()
    await rowOf(page, 'mine.txt').waitFor({ state: 'detached' })
    await rowOf(page, 'agent.txt').waitFor()
    await server.user.put('/filters/later.txt', 'x', { query: { origin: 'agent-created' } })
    await rowOf(page, 'later.txt').waitFor()
    await page.getByRole('button', { name: 'Scan' }).click()
    await page.getByRole('menuitemradio', { name: 'Infected' }).click()
    await page.getByText('No file passes the filters').waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Show all files' }).click()
    await rowOf(page, 'virus.com').waitFor()
    expect(await page.locator('.canvas .row').count()).toBe(4)
    expect(new URL(page.url()).hash).toBe('#/files/filters/')
    await page.context().close()
  })

  test('copies a file and a folder, numbers taken names, and undo takes the copies away', async () => {
    await server.user.store('/copies/a.txt', 'A')
    await server.user.store('/copies/inner/b.txt', 'B')
    await server.user.store('/copies/to/a.txt', 'taken')
    const { page } = await server.open('#/files/copies/')
    for (const name of ['a.txt', 'inner']) await rowOf(page, name).locator('.tick').click()
    await page.keyboard.press('Shift+C')
    const dialog = page.getByRole('dialog', { name: 'Copy 2 items' })
    await dialog.getByRole('button', { name: 'to', exact: true }).click()
    await dialog.getByRole('button', { name: 'Copy to to' }).click()
    await page.getByText('2 items are copied to /copies/to/').waitFor()
    expect(await server.user.text('/copies/to/a (2).txt')).toBe('A')
    expect(await server.user.text('/copies/to/inner/b.txt')).toBe('B')
    await page.getByRole('button', { name: 'Undo' }).click()
    const left = async () => (await server.user.list({ prefix: '/copies/to/' })).files.length
    await expect.poll(left).toBe(1)
    await page.context().close()
  })

  test('moves dragged rows into a folder row and a crumb, and copies them with Ctrl', async () => {
    for (const path of ['a.txt', 'b.txt', 'into/c.txt'])
      await server.user.store(`/drag/${path}`, path)
    const { page, complaints } = await server.open('#/files/drag/')
    for (const name of ['a.txt', 'b.txt']) await rowOf(page, name).locator('.tick').click()
    await rowOf(page, 'b.txt').dragTo(rowOf(page, 'into'), { sourcePosition: beside.position })
    await page.getByText('2 items are in /drag/into/').waitFor()
    await rowOf(page, 'into').dblclick()
    await rowOf(page, 'c.txt').dragTo(page.getByRole('link', { name: 'drag', exact: true }))
    await rowOf(page, 'c.txt').waitFor({ state: 'detached' })
    expect(await server.user.text('/drag/c.txt')).toBe('into/c.txt')
    await page.keyboard.down('Control')
    await rowOf(page, 'a.txt').dragTo(page.getByRole('link', { name: 'drag', exact: true }))
    await page.keyboard.up('Control')
    await page.getByText('“a.txt” is copied to /drag/').waitFor()
    expect(await server.user.text('/drag/into/a.txt')).toBe('a.txt')
    expect(await server.user.text('/drag/a.txt')).toBe('a.txt')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('uploads files that are dropped on a folder row into that folder', async () => {
    const file = join(directory, 'dropped.txt')
    await writeFile(file, 'dropped')
    await server.user.store('/outside/folder/a.txt', 'x')
    const { page } = await server.open('#/files/outside/')
    await dropFiles(page, [file], rowOf(page, 'folder'))
    await expect
      .poll(async () => (await server.user.list({ prefix: '/outside/folder/d' })).files[0]?.state)
      .toBe('ready')
    await page.context().close()
  })

  test('edits the metadata of a file, keeps types, and what was typed when the service refuses', async () => {
    const { id } = await server.user.store('/facts/a.txt', 'x')
    const metadata = { pages: 3, model: 'small' }
    await server.user.call('PATCH', `/files/${id}`, { json: { metadata } })
    const { page } = await server.open('#/files/facts/')
    await rowOf(page, 'a.txt').click(beside)
    await page.keyboard.press('Shift+I')
    await page.getByText('Metadata (2)').click()
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByLabel('Value of model').fill('large')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByLabel('Name', { exact: true }).last().fill('topic')
    const topic = page.getByLabel('Value of topic')
    await topic.fill('x'.repeat(20_000))
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('.metadata').getByRole('alert').waitFor()
    expect(await topic.inputValue()).toHaveLength(20_000)
    await topic.fill('hills')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Metadata (3)').waitFor()
    expect((await server.user.record(id)).metadata).toEqual({
      pages: 3,
      model: 'large',
      topic: 'hills',
    })
    await page.context().close()
  })
})
