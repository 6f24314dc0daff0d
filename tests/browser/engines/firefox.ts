import { once } from 'node:events'
import { temporaryDirectory } from '../../support/disk-store.ts'
import { inputOf, type Engine } from './engine.ts'
import { startProgram } from './process.ts'

/** Values of WebDriver BiDi that the tests read. */
interface Answer {
  id?: number
  error?: string
  message?: string
  result: unknown
  method?: string
  params?: { request: { url: string }; context: string | null }
}

/** Firefox ESR without a window, by WebDriver BiDi over its own WebSocket. */
export async function openFirefox(): Promise<Engine> {
  await using opened = new AsyncDisposableStack()
  const profile = opened.use(await temporaryDirectory())
  const args = ['--headless', '--no-remote', '--remote-debugging-port=0', '--profile', profile.path]
  const firefox = await startProgram('firefox-esr', args, /WebDriver BiDi listening on (ws:\S+)/)
  opened.defer(() => firefox.end())
  const socket = new WebSocket(`${firefox.found}/session`)
  opened.defer(() => socket.close())
  await once(socket, 'open')

  let last = 0
  let requests: string[] = []
  const waiting = new Map<number, (answer: Answer) => void>()
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer)
    else if (answer.params?.context && answer.params.request.url.startsWith('http'))
      requests.push(answer.params.request.url)
  })
  const send = async <Result>(method: string, params: object): Promise<Result> => {
    const id = (last += 1)
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve))
    socket.send(JSON.stringify({ id, method, params }))
    const { error, message, result } = await answered
    waiting.delete(id)
    if (error !== undefined) throw new Error(`${method}: ${error}: ${message}`)
    return result as Result
  }

  await send('session.new', { capabilities: {} })
  await send('session.subscribe', { events: ['network.beforeRequestSent'] })
  const tree = await send<{ contexts: { context: string }[] }>('browsingContext.getTree', {})
  const context = tree.contexts[0]?.context
  await send('browsingContext.setViewport', { context, viewport: { width: 1280, height: 800 } })
  const closing = opened.move()
  return {
    async open(url) {
      requests = []
      await send('browsingContext.navigate', { context, url, wait: 'complete' })
    },
    async evaluate(expression) {
      const answer = await send<Evaluated>('script.evaluate', {
        expression: `Promise.resolve(${expression}).then((value) => JSON.stringify(value))`,
        target: { context },
        awaitPromise: true,
      })
      if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.text)
      const { value } = answer.result
      return value === undefined ? undefined : JSON.parse(value)
    },
    ...inputOf((actions) => send('input.performActions', { context, actions })),
    async choose(selector, path) {
      const locator = { type: 'css', value: selector }
      const found = await send<{ nodes: { sharedId: string }[] }>('browsingContext.locateNodes', {
        context,
        locator,
      })
      const element = { sharedId: found.nodes[0]?.sharedId }
      await send('input.setFiles', { context, element, files: [path] })
    },
    requested: async () => requests,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

interface Evaluated {
  result: { value?: string }
  exceptionDetails?: { text: string }
}
