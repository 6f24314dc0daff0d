import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import sharp from 'sharp'
import type { Page } from 'playwright-core'
import { wordDocument } from '../../support/files/office.ts'
import { onePagePdf } from '../../support/files/pdf.ts'
import { skipWithoutProgram } from '../../support/programs.ts'
import { rowOf, startPage, type PageServer } from './open-browser.ts'

const patience = { timeout: 15_000 }

async function picture(background: string): Promise<Buffer> {
  return sharp({ create: { width: 200, height: 150, channels: 3, background } })
    .png()
    .toBuffer()
}

async function openPreview(page: Page, name: string) {
  await rowOf(page, name).locator('bdi.title').click()
  const dialog = page.getByRole('dialog', { name: `Preview of ${name}` })
  await dialog.waitFor()
  return dialog
}

describe.skipIf(skipWithoutProgram('chromium'))('the preview in Chromium', () => {
  let server: PageServer
  beforeAll(async () => {
    server = await startPage()
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  test('shows all pages of a PDF in a frame without the sandbox attribute, on a phone in a new tab', async () => {
    await server.user.store('/pdf/report.pdf', onePagePdf)
    const { page, complaints } = await server.open('#/files/pdf/')
    const dialog = await openPreview(page, 'report.pdf')
    const served = page.waitForResponse((response) => response.frame() !== page.mainFrame())
    await dialog.getByRole('button', { name: 'All pages' }).click()
    expect(await (await served).allHeaders()).toMatchObject({
      'content-type': 'application/pdf',
      'content-security-policy': expect.stringContaining('sandbox'),
    })
    expect(await dialog.locator('iframe').getAttribute('sandbox')).toBeNull()
    expect(complaints).toEqual([])
    await page.setViewportSize({ width: 390, height: 812 })
    await dialog.getByRole('button', { name: 'Close the preview' }).click()
    await rowOf(page, 'report.pdf').click()
    const tab = page.context().waitForEvent('page')
    await page.getByRole('button', { name: 'All pages' }).click()
    await expect.poll(async () => (await tab).url()).toContain('/signed/')
    expect(await page.locator('iframe').count()).toBe(0)
    await page.context().close()
  })

  test('shows the text of an Office document, and its markup as text', async () => {
    const text = 'été &lt;img src=x onerror=alert(1)&gt;'
    const document = await wordDocument(`<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`)
    await server.user.store('/office/letter.docx', document)
    const { page, complaints } = await server.open('#/files/office/')
    const dialog = await openPreview(page, 'letter.docx')
    await dialog.getByRole('button', { name: 'Text' }).click()
    await dialog.getByText('été <img src=x onerror=alert(1)>').waitFor(patience)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('loads the picture of the next file ahead, and once', async () => {
    for (const [name, colour] of Object.entries({ a: 'red', b: 'green', c: 'blue' }))
      await server.user.store(`/next/${name}.png`, await picture(colour))
    const { page } = await server.open('#/files/next/')
    const loaded: string[] = []
    page.on('request', (request) => {
      if (request.url().includes('w=1024')) loaded.push(request.url())
    })
    await openPreview(page, 'a.png')
    await expect.poll(() => loaded.length, patience).toBe(2)
    await page.keyboard.press('ArrowRight')
    await page.getByRole('img', { name: 'b.png' }).waitFor()
    await expect.poll(() => loaded.length, patience).toBe(3)
    expect(new Set(loaded).size).toBe(3)
    await page.context().close()
  })

  test('shows text of any type as text, and the kind of a file that has none', async () => {
    const call = (name: string, body: string | Buffer, type: string) =>
      server.user.put(`/kinds/${name}`, body, { headers: { 'content-type': type } })
    await call('settings.yaml', 'key: value', 'application/yaml')
    await call('bytes.bin', Buffer.from([0, 1, 2, 3, 254, 255]), 'application/octet-stream')
    const { page } = await server.open('#/files/kinds/')
    const dialog = await openPreview(page, 'bytes.bin')
    await dialog.getByText('File', { exact: true }).waitFor()
    await page.keyboard.press('ArrowRight')
    const text = page.getByRole('dialog', { name: 'Preview of settings.yaml' }).locator('pre')
    await text.waitFor()
    expect(await text.textContent()).toBe('key: value')
    await page.context().close()
  })
})
