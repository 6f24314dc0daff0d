import { signal } from '@preact/signals'
import { blocks, type Run, type RunEvent } from '../../shared/client/blocks/blocks.ts'
import { CofferError } from '../../shared/client/coffer.ts'
import { coffer } from '../state/client.ts'
import type { Drafts } from './draft.ts'

export const client = blocks(coffer)

export interface Output {
  name: string
  value?: unknown
}

/** A run, as far as it is known here. */
export interface RunState {
  state: Run['state']
  id?: string
  progress?: { message: string; fraction?: number | undefined }
  outputs: readonly Output[]
  cost?: number
  /** Why it failed, in the words of the service. */
  detail?: string
}

/** What was typed for a block, and its last run. Kept while the page is open, also while other views are shown. */
export class Sheet {
  readonly drafts = signal<Drafts>({})
  readonly run = signal<RunState | undefined>(undefined)
  /** Why a run did not begin, or its end is not known. */
  readonly error = signal<unknown>(undefined)
  readonly #block
  #stop = new AbortController()
  #attempt: { body: string; key: string } | undefined

  constructor(block: string) {
    this.#block = block
  }

  async start(input: object): Promise<void> {
    const body = JSON.stringify(input)
    // A request without an answer may have begun a run: equal values are sent again as the same run.
    if (this.#attempt?.body !== body) this.#attempt = { body, key: newKey() }
    const stop = (this.#stop = new AbortController())
    this.error.value = undefined
    this.run.value = { state: 'running', outputs: [] }
    const { key } = this.#attempt
    try {
      for await (const event of client.events(this.#block, input, { key, signal: stop.signal }))
        this.#show(event)
      if (this.#isRunning) await this.#read()
      this.#attempt = undefined
    } catch (error) {
      if (!stop.signal.aborted) await this.#fail(error)
    }
  }

  /** Leaves the run, which cancels it, and makes sure that it has ended. */
  async cancel(): Promise<void> {
    const run = this.run.value
    if (!run) return
    this.#stop.abort()
    this.#attempt = undefined
    try {
      if (run.id === undefined) this.run.value = { state: 'cancelled', outputs: [] }
      else this.#showRecord(await ended(await client.cancel(run.id)))
    } catch (error) {
      this.run.value = undefined
      this.error.value = error
    }
  }

  get #isRunning(): boolean {
    return this.run.peek()?.state === 'running'
  }

  async #fail(reason: unknown): Promise<void> {
    const isLost = reason instanceof CofferError && reason.code === 'network'
    if (!isLost) this.#attempt = undefined
    if (this.run.peek()?.id !== undefined) {
      await this.#read().catch(() => undefined)
      if (!this.#isRunning) return
    }
    this.run.value = undefined
    this.error.value = reason
  }

  /** Reads the record of a run whose events have been cut off. */
  async #read(): Promise<void> {
    const id = this.run.peek()?.id
    if (id !== undefined) this.#showRecord(await client.result(id))
  }

  #showRecord({ id, state, outputs, cost, error }: Run): void {
    this.run.value = { id, state, outputs, cost, ...(error && { detail: error.detail }) }
  }

  #show(event: RunEvent): void {
    const run = this.run.peek()
    if (!run) return
    switch (event.type) {
      case 'started':
        this.run.value = { ...run, id: event.run }
        break
      case 'progress':
        this.run.value = { ...run, progress: event }
        break
      case 'output':
        this.run.value = { ...run, outputs: [...run.outputs, event] }
        break
      case 'completed':
      case 'cancelled':
        this.run.value = { ...run, state: event.type, cost: event.cost }
        break
      case 'failed':
        this.run.value = { ...run, state: 'failed', cost: event.cost, detail: event.detail }
        break
    }
  }
}

const pauseMs = 500
const mostReads = 20

/** Reads a run that is being cancelled until it has ended. */
async function ended(run: Run): Promise<Run> {
  let last = run
  for (let reads = 0; last.state === 'running' && reads < mostReads; reads += 1) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
    last = await client.result(run.id)
  }
  return last
}

const sheets = new Map<string, Sheet>()

export function sheetOf(block: string): Sheet {
  const sheet = sheets.get(block) ?? new Sheet(block)
  sheets.set(block, sheet)
  return sheet
}

/** 128 random bits. `crypto.randomUUID` is missing on pages without TLS. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}
