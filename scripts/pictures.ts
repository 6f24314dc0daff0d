import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { chromium, type BrowserContextOptions, type Page } from 'playwright-core'
import sharp from 'sharp'
import { folder, pinned, storeExamples } from './picture-examples.ts'

/** `npm run pictures`: starts the service with example files, and takes the pictures of `docs/pictures` in Chromium. */
const project = fileURLToPath(new URL('../', import.meta.url))
const pictures = join(project, 'docs/pictures')
const wide = { width: 1360, height: 800 }
const phone = { viewport: { width: 390, height: 780 }, deviceScaleFactor: 2, hasTouch: true }

interface Screen {
  hash: string
  options: BrowserContextOptions
  act: (page: Page) => Promise<unknown>
}

const files = `#/files${folder}/`
const screens: Record<string, Screen> = {
  'files-light': { hash: files, options: { viewport: wide }, act: showDetailsAndUpload },
  'files-dark': {
    hash: files,
    options: { viewport: wide, colorScheme: 'dark' },
    async act(page) {
      await page.getByRole('button', { name: 'Tiles' }).click()
      const tile = page.locator('.tile', { has: page.locator('img') })
      await tile.nth(2).waitFor()
      for (const index of [0, 1]) await tile.nth(index).locator('.tick').click()
    },
  },
  preview: {
    hash: files,
    options: { viewport: wide },
    async act(page) {
      await page.locator('bdi.title').getByText('mist in the valley.png').click()
      await page.getByRole('img', { name: 'mist in the valley.png' }).waitFor()
    },
  },
  trash: {
    hash: '#/trash',
    options: { viewport: wide },
    act: (page) => page.getByText('forecast.csv').waitFor(),
  },
  phone: {
    hash: files,
    options: phone,
    act: (page) => page.locator('.thumb img').nth(2).waitFor(),
  },
}

const storage = await mkdtemp(join(tmpdir(), 'coffer-pictures-'))
const server = spawn(process.execPath, ['functions/local.ts'], {
  cwd: project,
  env: { PATH: process.env.PATH, AUTH_MODE: 'local', PORT: '0', WORKSPACE_STORAGE_DIR: storage },
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  const baseUrl = await addressOf(server)
  await storeExamples(baseUrl)
  await mkdir(pictures, { recursive: true })
  const browser = await chromium.launch({
    executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  for (const [name, { hash, options, act }] of Object.entries(screens)) {
    const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
    await context.addInitScript((folders) => {
      localStorage.setItem('coffer-pins', JSON.stringify(folders))
    }, pinned)
    const page = await context.newPage()
    await page.goto(`${baseUrl}/${hash}`)
    await act(page)
    await keep(name, await page.screenshot())
    await context.close()
  }
  await browser.close()
} finally {
  server.kill()
  await once(server, 'exit')
  await rm(storage, { recursive: true, force: true })
}

/** With a palette of 256 colours, which no eye tells from the original: a third of the bytes. */
async function keep(name: string, picture: Buffer): Promise<void> {
  const small = await sharp(picture).png({ palette: true, effort: 10 }).toBuffer()
  await writeFile(join(pictures, `${name}.png`), small)
}

async function addressOf({ stdout }: typeof server): Promise<string> {
  for await (const line of createInterface(stdout)) {
    const address = /Coffer is ready at (\S+)/.exec(line)?.[1]
    if (address !== undefined) return address
  }
  throw new Error('The server has not started.')
}

/** A selected file with its details, and an upload that asks. */
async function showDetailsAndUpload(page: Page): Promise<void> {
  await page.locator('.row', { hasText: 'mist in the valley.png' }).locator('.d').click()
  await page.keyboard.press('Shift+I')
  await page.locator('.stage img').waitFor()
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Upload', exact: true }).click()
  await (
    await chooser
  ).setFiles({ name: 'notes.md', mimeType: 'text/plain', buffer: Buffer.from('new') })
  await page.getByText('A file with this name is here already').waitFor()
  await page.locator('.thumb img').nth(2).waitFor()
}
