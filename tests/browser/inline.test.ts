import { chromium, type Browser, type Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { inlineType, mediaTypes } from '../../shared/media/media-types.ts'
import { Caller } from '../e2e/support/caller.ts'
import { startLocalServer } from '../e2e/local/local-server.ts'
import { localToken, type Server } from '../e2e/support/target.ts'
import { onePagePdf } from '../support/files/pdf.ts'
import { skipWithoutProgram } from '../support/programs.ts'
import { pictureWidth, realMedia } from '../support/files/real-media.ts'
import { chromiumOptions } from './chromium.ts'

const patience = { timeout: 15_000 }

/** Files of inline types, with the type in their records. */
const played = {
  'h264.mp4': 'video/mp4',
  'h264.m4v': 'video/x-m4v',
  'h264.mov': 'video/quicktime',
  'h264.mkv': 'video/matroska',
  'vp8.webm': 'video/webm',
  'vp9.webm': 'video/webm',
  'vp8.ogv': 'video/ogg',
  'tone.mp3': 'audio/mpeg',
  'tone.wav': 'audio/wave',
  'tone.flac': 'audio/flac',
  'tone.ogg': 'audio/ogg',
  'tone.opus': 'audio/ogg',
  'tone.aac': 'audio/aac',
  'tone.m4a': 'audio/x-m4a',
  'tone.m4b': 'audio/mp4',
} as const
const shown = {
  'red.avif': 'image/avif',
  'red.gif': 'image/gif',
  'red.jpg': 'image/jpeg',
  'red.png': 'image/png',
  'red.webp': 'image/webp',
} as const

const video = `document.querySelector('video')`
const script = `<script>document.title = 'ran'; alert('ran')</script>`
const scripts = 'Grüße, naïve, Ελληνικά, Привет, שלום, مرحبا, 世界, こんにちは, 한국어, ไทย, 🏖 𝒳'

describe.skipIf(skipWithoutProgram('chromium') || skipWithoutProgram('ffmpeg'))(
  'Chromium opens inline files',
  () => {
    let server: Server
    let browser: Browser
    let user: Caller
    /** One sends a token with every request, the other none. A new page for each file takes almost twice the CPU time. */
    let pages: { token: Page; anonymous: Page }
    let dialogs: string[] = []

    beforeAll(async () => {
      server = await startLocalServer({ AUTH_MODE: 'local', CLAMAV_SERVICE_ENABLED: 'false' })
      user = new Caller(server.url, 'ann', await localToken('ann'))
      browser = await chromium.launch(chromiumOptions())
      pages = {
        token: await newPage({ Authorization: user.authorization }),
        anonymous: await newPage(),
      }
    })
    beforeEach(() => {
      dialogs = []
    })
    afterAll(async () => {
      await browser?.close()
      await server?.[Symbol.asyncDispose]()
    })

    async function newPage(extraHTTPHeaders: Record<string, string> = {}): Promise<Page> {
      const context = await browser.newContext({ extraHTTPHeaders })
      const page = await context.newPage()
      page.on('dialog', (dialog) => {
        dialogs.push(dialog.message())
        void dialog.dismiss()
      })
      return page
    }

    /** Stores a file and opens it twice: with a token, and through a signed link without one. */
    async function opened(
      name: string,
      bytes: Buffer,
      see: (page: Page) => Promise<void>,
    ): Promise<string> {
      const { id, mimeType } = await user.store(`/${name}`, new Uint8Array(bytes))
      const query = { inline: true }
      const link = await user.get(`/files/${id}/download`, { query })
      const addresses = [
        [pages.token, user.url(`/files/${id}/content`, query).href],
        [pages.anonymous, new URL(link.headers.get('location') ?? '', server.url).href],
      ] as const
      for (const [page, address] of addresses) {
        await page.goto(address)
        await see(page)
        expect(dialogs).toEqual([])
      }
      return mimeType
    }

    test('covers every type that is served inline', () => {
      const tried = new Set<string>([...Object.values(played), ...Object.values(shown)])
      const inline = Object.keys(mediaTypes).filter((type) => inlineType(type) !== undefined)
      expect(inline.sort()).toEqual([...tried, 'application/pdf', 'text/plain'].sort())
    })

    test.each(Object.entries(played))('%s plays', async (name, type) => {
      const bytes = await (name === 'tone.m4b' ? audiobook() : realMedia(name))
      const found = await opened(name, bytes, async (page) => {
        await expect.poll(() => page.evaluate(`${video}?.readyState`), patience).toBe(4)
        await page.evaluate(`${video}.play()`)
        await expect
          .poll(() => page.evaluate(`${video}.currentTime`), patience)
          .toBeGreaterThan(0.2)
        expect(await page.evaluate(`${video}.videoWidth`)).toBe(type.startsWith('video/') ? 128 : 0)
      })
      expect(found).toBe(type)
    })

    test.each(Object.entries(shown))('%s is shown', async (name, type) => {
      const found = await opened(name, await realMedia(name), async (page) => {
        expect(await page.evaluate(`document.querySelector('img').naturalWidth`)).toBe(pictureWidth)
        expect(await redPixels(page)).toBeGreaterThan(pictureWidth * 40)
      })
      expect(found).toBe(type)
    })

    test('displays a PDF', async () => {
      const found = await opened('page.pdf', onePagePdf, async (page) => {
        await expect.poll(() => redPixels(page), patience).toBeGreaterThan(1000)
      })
      expect(found).toBe('application/pdf')
    })

    test.each([
      ['UTF-8', Buffer.from(scripts)],
      ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${scripts}`)],
      ['UTF-16, little end first', Buffer.from(`\ufeff${scripts}`, 'utf16le')],
      ['UTF-16, big end first', Buffer.from(`\ufeff${scripts}`, 'utf16le').swap16()],
      ['UTF-8 after 100 KB of ASCII', Buffer.from('ascii '.repeat(17_000) + scripts)],
    ])('displays text: %s', async (_, bytes) => {
      await opened('text.txt', bytes, async (page) => {
        const end = await page.evaluate(`document.body.textContent.slice(-${scripts.length})`)
        expect(end).toBe(scripts)
      })
    })

    test('displays text in windows-1252', async () => {
      await opened('latin.txt', Buffer.from('Grüße, naïve café', 'latin1'), async (page) => {
        expect(await page.evaluate('document.body.textContent')).toBe('Grüße, naïve café')
      })
    })

    test.each([
      ['page.txt', 'text/plain', `\ufeff<!doctype html>${script}`],
      ['page.txt', 'text/plain', `just words ${script}`],
      ['page.txt', 'text/plain', `<h2>words</h2>${script}`],
      ['page.gif', 'image/gif', `GIF89a/*${script}*/=1;alert('ran')`],
      ['page.pdf', 'application/pdf', `%PDF-1.4\n${script}`],
      ['page.mp3', 'audio/mpeg', `ID3\x03\0\0\0\0\0\0${script}`],
    ])('runs no script in %s of type %s: %j', async (name, type, content) => {
      const found = await opened(name, Buffer.from(content), async (page) => {
        expect(await page.title()).not.toBe('ran')
        expect(await page.evaluate('document.scripts.length')).toBe(0)
      })
      expect(found).toBe(type)
    })

    test.each([
      ['page.html', `<!doctype html>${script}`],
      ['page.svg', `<svg xmlns="http://www.w3.org/2000/svg">${script}</svg>`],
      ['page.xml', `<?xml version="1.0"?><x xmlns="http://www.w3.org/1999/xhtml">${script}</x>`],
      ['page.xhtml', `<html xmlns="http://www.w3.org/1999/xhtml">${script}</html>`],
      ['page.js', `alert('ran')`],
      ['page.pdf', `${script}\n%PDF-1.4`],
      ['page.txt', script],
      ['page.png', script],
      ['page.mht', `MIME-Version: 1.0\nContent-Type: text/html\n\n${script}`],
    ])('downloads %s instead of opening it: %j', async (name, content) => {
      const { id } = await user.store(`/${name}`, new Uint8Array(Buffer.from(content)))
      const address = user.url(`/files/${id}/content`, { inline: true }).href
      const outcome = await pages.token.goto(address).then(
        () => 'opened',
        (error: Error) => error.message,
      )
      expect(outcome).toContain('Download is starting')
      expect(dialogs).toEqual([])
    })
  },
)

/** The brand distinguishes an audiobook from other audio in MP4. */
async function audiobook(): Promise<Buffer> {
  const bytes = await realMedia('tone.m4a')
  bytes.write('M4B ', 8, 'latin1')
  return bytes
}

async function redPixels(page: Page): Promise<number> {
  const { data, info } = await sharp(await page.screenshot())
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  let count = 0
  for (let at = 0; at < data.length; at += info.channels) {
    if ((data[at] ?? 0) > 200 && (data[at + 1] ?? 255) < 60 && (data[at + 2] ?? 255) < 60) count++
  }
  return count
}
