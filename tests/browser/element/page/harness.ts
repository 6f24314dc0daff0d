import {
  CofferFile,
  createClient,
  type FileClient,
  type WorkspaceFile,
} from '../../../../web/file/index.ts'
import { fakeClient, idOf, srcOf } from './fake-client.ts'

/** What the tests of the element call in the page. */
const asked: string[] = []
const events: string[] = []
let inFlight = 0
let mostInFlight = 0
let aborted = 0
let pending = 0
let links: { url: string; expiresAt: string }[] = []

/** Counts what an element asks for. Answers take `delayMs`. */
function counting(name: string, delayMs = 0): FileClient {
  const counted = async <Result>(
    what: string,
    run: () => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> => {
    asked.push(`${name} ${what} ${Date.now()}`)
    inFlight += 1
    mostInFlight = Math.max(mostInFlight, inFlight)
    signal?.addEventListener('abort', () => (aborted += 1))
    try {
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
      return await run()
    } finally {
      inFlight -= 1
    }
  }
  return {
    record: (target, signal) => counted('record', () => recordOf(target, signal), signal),
    preview: (id, width, signal) =>
      counted(`preview ${width}`, () => fakeClient.preview(id, width, signal), signal),
    link: (id, options) =>
      counted(
        `link ${options.inline} ${options.expiresIn}`,
        async () => links.shift() ?? fakeClient.link(id, options),
      ),
    text: (id, bytes, signal) => counted('text', () => fakeClient.text(id, bytes, signal), signal),
    restore: async (id) => counted(`restore ${id}`, async () => (isRestored = true)),
  }
}

let isRestored = false
async function recordOf(
  target: { id: string } | { path: string },
  signal: AbortSignal,
): Promise<WorkspaceFile> {
  const isGone = 'id' in target && target.id === idOf('gone')
  const known = isRestored && isGone ? { id: idOf('document') } : target
  const file = await fakeClient.record(known, signal)
  if (pending === 0) return file
  pending -= 1
  return { ...file, state: 'pending' }
}

for (const type of ['coffer-state', 'coffer-open', 'coffer-sign-in']) {
  document.addEventListener(type, (event) => {
    const { detail } = event as CustomEvent<{ state?: string; file?: WorkspaceFile } | null>
    const words = [type, detail?.state, detail?.file?.name].filter((word) => word !== undefined)
    events.push(words.join(' '))
  })
}

let shift = 0
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) shift += (entry as unknown as { value: number }).value
}).observe({ type: 'layout-shift', buffered: true })

Object.assign(globalThis, {
  harness: {
    CofferFile,
    createClient,
    counting,
    srcOf,
    asked,
    events,
    seen: () => ({ asked, events, mostInFlight, inFlight, aborted, shift }),
    setPending: (count: number) => (pending = count),
    setLinks: (given: typeof links) => (links = given),
    add(
      state: Parameters<typeof srcOf>[0],
      attributes: Record<string, string> = {},
      place?: Element,
    ) {
      const element = document.createElement('coffer-file')
      for (const [name, value] of Object.entries({ src: srcOf(state), ...attributes }))
        element.setAttribute(name, value)
      ;(place ?? document.querySelector('main'))?.append(element)
      return element
    },
  },
})
