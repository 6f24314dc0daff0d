import type { ServerResponse } from 'node:http'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FaultProxy } from '../client/fault-proxy.ts'
import type { UploadResult, UploadSettings } from '../client/run-upload.ts'
import { uploadScenarios, type Runner } from '../client/scenarios.ts'
import { startCloud } from '../e2e/cloud/cloud-server.ts'
import { startLocalServer } from '../e2e/local/local-server.ts'
import { localToken, type Server } from '../e2e/support/target.ts'
import { skipWithoutProgram } from '../support/programs.ts'
import { chromiumOptions } from './chromium.ts'

const unscanned = { AUTH_MODE: 'local', CLAMAV_SERVICE_ENABLED: 'false' }
const policy = "default-src 'none'; script-src 'self'; connect-src 'self'"

/** The client for a page. The page is at the origin of the proxy. */
async function clientScript(): Promise<string> {
  const input = fileURLToPath(new URL('../client/page.ts', import.meta.url))
  await using bundle = await rolldown({ input, platform: 'browser' })
  const { output } = await bundle.generate({ format: 'iife', minify: true })
  return output[0].code
}

function pageOf(script: string) {
  return (path: string, response: ServerResponse): boolean => {
    if (path !== '/' && path !== '/client.js') return false
    const isScript = path === '/client.js'
    response.setHeader('Content-Security-Policy', policy)
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : '<!doctype html><script src="client.js"></script>')
    return true
  }
}

const services: [string, () => Promise<Server & { storageUrl?: string }>][] = [
  ['the local server', () => startLocalServer(unscanned)],
]
// The client sends the same requests from Node, where the cloud functions always run.
if (process.env['PLATFORM_CASES'] === 'all') {
  services.push(['the cloud functions', () => startCloud(unscanned)])
}

describe.skipIf(skipWithoutProgram('chromium'))(
  'upload() in Chromium under a strict policy',
  () => {
    let browser: Browser
    let script: string
    beforeAll(async () => {
      browser = await chromium.launch(chromiumOptions())
      script = await clientScript()
    })
    afterAll(() => browser?.close())

    describe.each(services)('to %s', (_, start) => {
      let server: Server
      let proxy: FaultProxy
      let context: BrowserContext
      let page: Page
      let runner: Runner
      const violations: string[] = []
      const open = async () => {
        page = await context.newPage()
        page.on('console', (message) => {
          if (/Content Security Policy/.test(message.text())) violations.push(message.text())
        })
        await page.goto(proxy.url)
      }

      beforeAll(async () => {
        const started = await start()
        server = started
        const { url: api, storageUrl: storage } = started
        proxy = await FaultProxy.start({ api, storage, page: pageOf(script) })
        context = await browser.newContext()
        await open()
        const user = 'ann'
        const upload = (settings: Omit<UploadSettings, 'baseUrl' | 'user'>) =>
          page.evaluate(
            (all) =>
              (
                globalThis as unknown as { runUpload: (all: object) => Promise<UploadResult> }
              ).runUpload(all),
            { ...settings, baseUrl: proxy.url, user },
          )
        runner = {
          proxy,
          upload,
          authorization: await localToken(user),
          async kill() {
            await page.close()
            await open()
          },
          async offline(ms) {
            await context.setOffline(true)
            setTimeout(() => void context.setOffline(false), ms)
          },
        }
      })
      afterAll(async () => {
        await context?.close()
        await proxy?.[Symbol.asyncDispose]()
        await server?.[Symbol.asyncDispose]()
      })
      uploadScenarios(() => runner)

      test('violated no policy', () => {
        expect(violations).toEqual([])
      })
    })
  },
)
