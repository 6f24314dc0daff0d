import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { skipWithoutProgram } from '../../support/programs.ts'
import { skipWithoutVite } from '../built-example.ts'
import { chromiumOptions } from '../chromium.ts'
import { startElementServer, type ElementServer } from './element-server.ts'

const hosts = ['react', 'preact', 'vue', 'plain']
const skips = skipWithoutProgram('chromium') || skipWithoutVite('chat')

describe.skipIf(skips)('<coffer-file> in a page of', () => {
  let browser: Browser
  let server: ElementServer
  beforeAll(async () => {
    server = await startElementServer()
    browser = await chromium.launch(chromiumOptions())
  })
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  test.each(hosts)(
    '%s takes attributes, properties and events, and changes of them',
    async (host) => {
      // Vue creates a policy of this name, for templates.
      server.trustedTypes = host === 'vue' ? 'vue' : "'none'"
      const page = await browser.newPage()
      page.setDefaultTimeout(15_000)
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      await page.goto(`${server.origin}/${host}`)
      const events = () => page.evaluate('host.events')
      const file = (state: string) => page.locator(`coffer-file:state(${state})`)

      await file('image').locator('img').waitFor()
      expect(await page.getByRole('group', { name: 'A label' }).count()).toBe(1)
      expect(await page.getByText('AI cannot see this image').count()).toBe(1)
      await page.getByRole('button', { name: 'Open city at night.png' }).click()
      expect(await events()).toContain('open city at night.png')

      await page.evaluate(`host.show({ state: 'image', seen: undefined })`)
      await expect.poll(() => page.getByText('AI cannot see this image').count()).toBe(0)
      await page.evaluate(`host.show({ state: 'no-access', seen: 'no' })`)
      await file('no-access').getByRole('button', { name: 'Sign in' }).click()
      await expect.poll(events).toContain('sign-in')
      await page.evaluate(`host.show({ state: 'infected', seen: 'no' })`)
      await file('infected').waitFor()
      const states = ((await events()) as string[]).filter((event) => event.startsWith('state'))
      expect(states.slice(-4)).toEqual([
        'state loading',
        'state no-access',
        'state loading',
        'state infected',
      ])
      await page.evaluate('host.end()')
      expect(await page.locator('coffer-file').count()).toBe(0)
      expect(complaints).toEqual([])
      await page.close()
    },
  )

  test('each framework is the one that the example names', () => {
    const from = new URL('../../../examples/chat/node_modules/', import.meta.url)
    expect(['react', 'react-dom', 'vue'].every((name) => existsSync(new URL(name, from)))).toBe(
      true,
    )
  })
})
