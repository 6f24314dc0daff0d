import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eicar } from '../../support/files/eicar.ts'
import { skipWithoutProgram } from '../../support/programs.ts'
import { rowOf, startPage, uploadFiles, type PageServer } from './open-browser.ts'

const markup = '<img src=x onerror="globalThis.pwned = 1">.txt'
const quotes = `"; DROP TABLE files; --'.txt`
const override = 'holiday\u202egpj.exe'

describe.skipIf(skipWithoutProgram('chromium'))('the file browser in Chromium', () => {
  let server: PageServer
  beforeAll(async () => {
    server = await startPage()
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  test('lists files under its policy, without a request to another origin', async () => {
    await server.user.store('/start/a.txt', 'hello')
    const context = await server.browser.newContext()
    const page = await context.newPage()
    const origins = new Set<string>()
    const complaints: string[] = []
    page.on('request', (request) => origins.add(new URL(request.url()).origin))
    page.on('console', (message) => complaints.push(message.text()))
    const opened = await page.goto(`${server.url}/#/files/start/`)
    expect(opened?.headers()['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'self'; /,
    )
    await rowOf(page, 'a.txt').waitFor()
    expect([...origins]).toEqual([server.url])
    expect(complaints).toEqual([])
    await context.close()
  })

  test('asks about a taken name while other uploads go on, and keeps both files', async () => {
    await server.user.store('/taken/a.txt', 'old')
    const { page, complaints } = await server.open('#/files/taken/')
    await uploadFiles(page, [
      { name: 'a.txt', text: 'new' },
      { name: 'b.txt', text: 'other' },
    ])
    await rowOf(page, 'b.txt').waitFor()
    await page.getByText('A file with this name is here already').waitFor()
    await page.getByRole('button', { name: 'Keep both' }).click()
    await rowOf(page, 'a (2).txt').waitFor()
    expect(await server.user.text('/taken/a.txt')).toBe('old')
    expect(await server.user.text('/taken/a (2).txt')).toBe('new')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('answers all conflicts at once, and replaces the files', async () => {
    for (const name of ['a', 'b', 'c']) await server.user.store(`/all/${name}.txt`, 'old')
    const { page } = await server.open('#/files/all/')
    await uploadFiles(
      page,
      ['a', 'b', 'c'].map((name) => ({ name: `${name}.txt`, text: 'new' })),
    )
    const questions = page.getByText('A file with this name is here already')
    await expect.poll(() => questions.count()).toBe(3)
    await page
      .getByRole('checkbox', { name: /^Do the same/ })
      .first()
      .check()
    await page.getByRole('button', { name: 'Replace' }).first().click()
    await expect.poll(() => server.user.text('/all/c.txt')).toBe('new')
    await expect.poll(() => server.user.text('/all/a.txt')).toBe('new')
    expect(await questions.count()).toBe(0)
    await page.context().close()
  })

  test('shows hostile names as text, and the refusal of a name that reverses its direction', async () => {
    for (const name of [markup, quotes]) await server.user.store(`/hostile/${name}`, 'x')
    const { page, complaints } = await server.open('#/files/hostile/')
    await rowOf(page, markup).waitFor()
    await rowOf(page, quotes).waitFor()
    await uploadFiles(page, [{ name: override, text: 'x' }])
    await page.getByText('must not contain bidirectional control characters').waitFor()
    expect(await page.locator('.job bdi').textContent()).toBe('holiday\ufffdgpj.exe')
    expect(await page.evaluate(() => Reflect.get(globalThis, 'pwned'))).toBeUndefined()
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('shows markup as text in the preview', async () => {
    const script = '<script>globalThis.pwned = 1</script>'
    await server.user.store('/preview/page.html', script)
    const { page, complaints } = await server.open('#/files/preview/')
    await page.locator('bdi.title').getByText('page.html').click()
    await page.locator('dialog pre').waitFor()
    expect(await page.locator('dialog pre').textContent()).toBe(script)
    expect(await page.evaluate(() => Reflect.get(globalThis, 'pwned'))).toBeUndefined()
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('shows an infected upload with its threat, and serves nothing of it', async () => {
    const { page } = await server.open('#/files/threats/')
    await uploadFiles(page, [{ name: 'virus.com', text: eicar().toString() }])
    await page
      .locator('.tray')
      .getByText(/^Infected with .*EICAR/i)
      .waitFor()
    await rowOf(page, 'virus.com').locator('.v').getByText('Infected').waitFor()
    await rowOf(page, 'virus.com').click({ button: 'right' })
    const items = await page.getByRole('menuitem').allTextContents()
    expect(items.filter((item) => /Open|Download/.test(item))).toEqual([])
    await page.context().close()
  })

  test('shows a file that another client stores, from a stream and without polls', async () => {
    const { page } = await server.open('#/files/live/')
    await page.getByText('This folder is empty').waitFor()
    const polls: string[] = []
    page.on('request', (request) => {
      if (/\/events\?/.test(request.url())) polls.push(request.url())
    })
    await server.user.store('/live/from-agent.txt', 'x')
    await rowOf(page, 'from-agent.txt').waitFor()
    expect(await page.getByText('This folder is empty').count()).toBe(0)
    expect(polls).toEqual([])
    await page.context().close()
  })

  test('polls for changes where a proxy holds the stream back', async () => {
    const context = await server.browser.newContext()
    const page = await context.newPage()
    await page.clock.install()
    let held = 0
    await page.route('**/events/stream*', () => {
      held += 1
    })
    await page.goto(`${server.url}/#/files/polled/`)
    await page.getByText('This folder is empty').waitFor()
    await expect.poll(() => held).toBe(1)
    await page.clock.runFor(10_000)
    await server.user.store('/polled/from-agent.txt', 'x')
    await page.clock.runFor(10_000)
    await rowOf(page, 'from-agent.txt').waitFor()
    await context.close()
  })

  test('finds a name in the whole workspace, and shows its folder, or in one folder only', async () => {
    await server.user.store('/deep/er/needle-4711.txt', 'x')
    await server.user.store('/before/a.txt', 'x')
    const { page } = await server.open('#/files/before/')
    await page.getByRole('searchbox').fill('NEEDLE-47')
    await rowOf(page, 'needle-4711.txt').locator('.in').getByText('/deep/er/').waitFor()
    expect(await page.locator('.canvas .row').count()).toBe(1)
    expect(new URL(page.url()).hash).toBe('#/search?q=NEEDLE-47')
    await page.goBack()
    await rowOf(page, 'a.txt').waitFor()
    await page.getByRole('searchbox').fill('a.txt')
    await page.getByRole('button', { name: 'In before only' }).click()
    await expect.poll(() => page.locator('.canvas .row').count()).toBe(1)
    await page.getByRole('searchbox').fill('needle')
    await page.getByText('No file passes the filters').waitFor()
    await page.getByRole('button', { name: 'Show all files' }).click()
    await rowOf(page, 'needle-4711.txt').waitFor()
    await page.context().close()
  })

  test('deletes a file, and brings it back by undo', async () => {
    const { id } = await server.user.store('/undo/a.txt', 'x')
    await server.user.store('/undo/b.txt', 'x')
    const { page } = await server.open('#/files/undo/')
    await rowOf(page, 'a.txt').click({ position: { x: 400, y: 20 } })
    await page.keyboard.press('Delete')
    await rowOf(page, 'a.txt').waitFor({ state: 'detached' })
    expect((await server.user.get(`/files/${id}`)).status).toBe(410)
    await page.getByRole('button', { name: 'Undo' }).click()
    await rowOf(page, 'a.txt').waitFor()
    expect((await server.user.record(id)).state).toBe('ready')
    await page.context().close()
  })

  test('says that there is no connection, until it is back', async () => {
    await server.user.store('/offline/a.txt', 'x')
    const { page } = await server.open('#/files/offline/')
    await page.context().setOffline(true)
    await page.getByText('No connection. Uploads go on when it is back.').waitFor()
    await page.context().setOffline(false)
    await page.getByText('No connection.').waitFor({ state: 'detached' })
    expect(await rowOf(page, 'a.txt').count()).toBe(1)
    await page.context().close()
  })
})
