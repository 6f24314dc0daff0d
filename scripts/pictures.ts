import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import { createCoffer } from '../shared/client/coffer.ts'

/** `npm run pictures`: starts the service with example files, and takes the pictures of `docs/pictures` in Chromium. */
const project = fileURLToPath(new URL('../', import.meta.url))
const pictures = join(project, 'docs/pictures')
const folder = '/reports/2026'
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
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await browser.newPage({
      viewport: { width: 1360, height: 800 },
      colorScheme,
      reducedMotion: 'reduce',
    })
    await page.goto(`${baseUrl}/#/files${folder}/`)
    await show(page)
    await page.screenshot({ path: join(pictures, `files-${colorScheme}.png`) })
  }
  await browser.close()
} finally {
  server.kill()
  await once(server, 'exit')
  await rm(storage, { recursive: true, force: true })
}

async function addressOf({ stdout }: typeof server): Promise<string> {
  for await (const line of createInterface(stdout)) {
    const address = /Coffer is ready at (\S+)/.exec(line)?.[1]
    if (address !== undefined) return address
  }
  throw new Error('The server has not started.')
}

function text(words: string): Blob {
  return new Blob([words], { type: 'text/plain' })
}

async function storeExamples(baseUrl: string): Promise<void> {
  const coffer = createCoffer({ baseUrl })
  const names = ['drafts/outline.md', 'figures/regions.csv', 'invoices/0001.txt', 'notes.md']
  for (const name of names) await coffer.upload(text(name), { path: `${folder}/${name}` }).done
  for (const name of ['Отчёт за третий квартал.txt', 'דוח שנתי.txt', 'minutes of 12 October.txt']) {
    await coffer.upload(text(name), { path: `${folder}/${name}` }).done
  }
  const agent = { origin: 'agent-created' } as const
  await coffer.upload(text('region,revenue\nnorth,1'), {
    path: `${folder}/revenue-by-region.csv`,
    ...agent,
  }).done
  await coffer.upload(text('print(1)'), { path: `${folder}/forecast.py`, ...agent }).done
  const colours = {
    'dawn over the ridge': '#d98a5b',
    'market map': '#5b7fd9',
    'leaf macro': '#4f8a58',
  }
  for (const [name, colour] of Object.entries(colours)) {
    const path = `${folder}/${name}.png`
    await coffer.upload(new Blob([await picture(colour)]), { path, ...agent }).done
  }
}

/** Hills under a sun. */
async function picture(colour: string): Promise<Uint8Array<ArrayBuffer>> {
  const hills = `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"><rect width="800" height="600" fill="${colour}"/>
    <circle cx="560" cy="230" r="70" fill="#fff" opacity=".85"/><path d="M0 420 180 280 330 400 520 260 800 430V600H0Z" fill="#000" opacity=".28"/>
    <path d="M0 500 220 390 420 490 620 400 800 500V600H0Z" fill="#000" opacity=".4"/></svg>`
  return new Uint8Array(await sharp(Buffer.from(hills)).png().toBuffer())
}

/** A selected file with its details, and an upload that asks. */
async function show(page: Page): Promise<void> {
  await page.locator('.row', { hasText: 'market map.png' }).locator('.d').click()
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
