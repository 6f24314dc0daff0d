import type { z } from 'zod'
import type {
  blockListingSchema,
  blockSchema,
  runEventSchema,
  runListingSchema,
  runSchema,
} from '../../api/answers/blocks.ts'
import type { blocksQuery, runsQuery } from '../../api/requests/blocks.ts'
import type { Coffer } from '../coffer.ts'

export type BlockPage = z.input<typeof blockListingSchema>
export type Block = z.input<typeof blockSchema>
export type Run = z.input<typeof runSchema>
export type RunPage = z.input<typeof runListingSchema>
export type RunEvent = z.input<typeof runEventSchema>

interface Abort {
  signal?: AbortSignal
}

export interface RunOptions extends Abort {
  /** The session of the run and of the files that it stores. */
  session?: string
  /** Equal keys are one run, for 30 days. */
  key?: string
}

/** The blocks of a service: `blocks(createCoffer({ … })).run(id, { image: 'workspace:///photo.jpg' })`. */
export function blocks({ request, stream }: Pick<Coffer, 'request' | 'stream'>) {
  return {
    /** One page of blocks, exact names first. */
    list: (options?: Partial<z.output<typeof blocksQuery>> & Abort) =>
      request<BlockPage>('GET /blocks', { ...options }),
    /** A block with the JSON Schemas of its input and outputs. */
    get: (id: string, options?: Abort) =>
      request<Block>(`GET /blocks/${encodeURIComponent(id)}`, { ...options }),
    /** Runs a block and resolves to its record when the run has ended, also as failed. Aborting the signal cancels the run. */
    run: (id: string, input: object, { session, ...options }: RunOptions = {}) =>
      request<Run>(`POST ${runRoute(id)}`, { ...options, body: { input, session } }),
    /** Runs a block and yields its events as they happen. Leaving the loop, or aborting the signal, cancels the run. */
    async *events(
      id: string,
      input: object,
      { session, key, signal }: RunOptions = {},
    ): AsyncGenerator<RunEvent, void, undefined> {
      const { body } = await stream(runRoute(id), {
        method: 'POST',
        headers: { Accept: 'application/x-ndjson', 'Idempotency-Key': key },
        body: { input, session },
        signal,
      })
      if (body) for await (const line of linesOf(body)) yield JSON.parse(line) as RunEvent
    },
    /** One page of the runs of the last 30 days, the last begun first, without their outputs. */
    runs: (options?: Partial<z.output<typeof runsQuery>> & Abort) =>
      request<RunPage>('GET /runs', { ...options }),
    /** A run with its outputs so far. */
    result: (run: string, options?: Abort) =>
      request<Run>(`GET /runs/${encodeURIComponent(run)}`, { ...options }),
    /** Cancels a run and deletes the files that it has stored. */
    cancel: (run: string, options?: Abort) =>
      request<Run>(`DELETE /runs/${encodeURIComponent(run)}`, { ...options }),
  }
}

const runRoute = (id: string) => `/blocks/${encodeURIComponent(id)}/run`

/** Yields lines as they arrive. Closes the connection when the caller stops. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      const lines = (text + decoder.decode(value, { stream: true })).split('\n')
      text = lines.pop() ?? ''
      yield* lines
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
