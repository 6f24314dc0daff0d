import { globSync } from 'node:fs'
import { vi } from 'vitest'
import { freePort } from '../../support/free-port.ts'
import { inputOf, type Engine } from './engine.ts'
import { spawnGroup, startProgram } from './process.ts'

const elementKey = 'element-6066-11e4-a52e-4f735466cecf'

/** WebKitGTK in its MiniBrowser on a virtual display, by WebDriver. */
export async function openWebKit(): Promise<Engine> {
  await using opened = new AsyncDisposableStack()
  const display = await startProgram(
    'Xvfb',
    ['-displayfd', '2', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'],
    /^(\d+)$/,
  )
  opened.defer(() => display.end())
  const port = await freePort()
  const driver = await startDriver(port, `:${display.found}`)
  opened.defer(() => driver.end())

  const call = async <Result>(method: string, path: string, body?: object): Promise<Result> => {
    const answer = await fetch(`http://127.0.0.1:${port}/session${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    const { value } = (await answer.json()) as { value: Result & { message?: string } }
    if (!answer.ok) throw new Error(`${path}: ${value.message}`)
    return value
  }
  const [binary] = globSync('/usr/lib/*/webkit2gtk-4.*/MiniBrowser')
  const options = { binary, args: ['--automation', '--geometry=1280x900'] }
  const session = await call<{ sessionId: string }>('POST', '', {
    capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options } },
  })
  const path = `/${session.sessionId}`
  opened.defer(() => call('DELETE', path))
  const evaluate = <Value>(expression: string) =>
    call<Value>('POST', `${path}/execute/async`, {
      script: `const [done] = arguments; Promise.resolve(${expression}).then((value) => done(value ?? null))`,
      args: [],
    }).then((value) => value ?? (undefined as Value))
  const closing = opened.move()
  return {
    async open(url) {
      // An address that differs in its fragment alone is not loaded again.
      await call('POST', `${path}/url`, { url: 'about:blank' })
      await call('POST', `${path}/url`, { url })
      await evaluate('performance.setResourceTimingBufferSize(10_000)')
    },
    evaluate,
    ...inputOf((actions) => call('POST', `${path}/actions`, { actions })),
    async choose(selector, file) {
      const using = { using: 'css selector', value: selector }
      const element = await call<{ [elementKey]: string }>('POST', `${path}/element`, using)
      await call('POST', `${path}/element/${element[elementKey]}/value`, { text: file })
    },
    requested: () => evaluate(`performance.getEntriesByType('resource').map(({ name }) => name)`),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

async function startDriver(port: number, display: string): Promise<{ end: () => Promise<void> }> {
  const driver = spawnGroup('WebKitWebDriver', [`--port=${port}`], { DISPLAY: display })
  const answers = () => fetch(`http://127.0.0.1:${port}/status`).then(({ ok }) => ok)
  // The driver does not print that it listens.
  await vi.waitUntil(() => answers().catch(() => false), { timeout: 30_000, interval: 100 })
  return driver
}
