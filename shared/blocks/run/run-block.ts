import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionId } from '../../model/ids.ts'
import type { Caller } from '../../model/access.ts'
import { WorkspaceError } from '../../model/errors.ts'
import { parsed } from '../../api/parsed.ts'
import type { RunOutput } from '../../model/runs/run.ts'
import type { Programs } from '../../ports/programs.ts'
import type { Media, MediaPorts } from '../../workspace/store-media/store-media.ts'
import type { AnyBlock } from '../any-block.ts'
import { schemasOf } from '../describe.ts'
import { BlockError, isBlockError } from '../errors.ts'
import type { Emitted, Progress } from '../block.ts'
import { replaceMedia } from '../media-walk.ts'
import { contextOf } from './context.ts'
import { Emitter } from './emit.ts'
import { watchDirectory } from './directory-limit.ts'
import { openMeter } from './meter.ts'
import { costOf } from '../cost.ts'
import type { EndEvent, RunEvent } from '../../model/runs/run-event.ts'
import { RunFiles } from './run-files.ts'

/** What runs are executed with. One for each process. */
export interface RunHost {
  ports: MediaPorts
  media: Media
  programs: Programs
  /** Limit of the time of a run that its block cannot exceed. */
  maxSeconds: number
  /** Limit of the files of one run together. */
  maxDirectoryBytes: number
  /** Receives the errors of blocks that only their authors can correct. */
  onFault?: (error: unknown, run: { runId: string; block: AnyBlock }) => void
}

export interface RunRequest {
  block: AnyBlock
  input: unknown
  caller: Caller
  runId: string
  sessionId?: SessionId | undefined
  /** Cancels the run. */
  signal: AbortSignal
  /** Replaces steps of the block, in tests. */
  steps?: object
  /** Called before the event of an output, with the cost so far. */
  onOutput?: (output: RunOutput, cost: number) => Promise<void>
  /** Called before the last event. */
  onEnd?: (end: EndEvent) => Promise<void>
}

const defaultSeconds = 300

/** The time that a block has to end after its signal is aborted. */
const graceMs = 5000

/**
 * Runs a block. The caller pulls the events, so a slow reader slows the block. To leave the generator cancels the run, as an aborted
 * signal does.
 * - Throws `invalid-request` with the field for an input that does not fit the schema, before the first event.
 * - A failed run keeps the files that it emitted. A cancelled run keeps none.
 * - In every case the directory of the run is removed before the last event.
 */
export async function* runBlock(
  host: RunHost,
  request: RunRequest,
): AsyncGenerator<RunEvent, void, undefined> {
  const { block, caller, runId, sessionId } = request
  const values = parsed(block.input.strict(), request.input, 'input')
  const stop = new AbortController()
  const seconds = Math.min(block.limits?.seconds ?? defaultSeconds, host.maxSeconds)
  const timer = setTimeout(() => stop.abort(timedOut(seconds)), seconds * 1000)
  const signal = AbortSignal.any([request.signal, stop.signal])
  const { ports, media } = host
  const files = new RunFiles({ ports, media, caller, sessionId, runId, blockId: block.id, signal })
  const { meter, usage } = openMeter()
  let work: AsyncIterator<Emitted | Progress> | undefined
  const lines = block.cost ?? block.provider?.cost ?? []
  const price = () => costOf(lines, values, usage())
  const outputs: unknown[] = []
  using opened = new DisposableStack()
  let end: EndEvent | undefined
  try {
    yield { type: 'started', run: runId }
    signal.throwIfAborted()
    const directory = await files.prepare()
    const { check: assertFits } = opened.use(
      watchDirectory(directory, host.maxDirectoryBytes, (error) => stop.abort(error)),
    )
    const input = await replaceMedia(schemasOf(block).input, values, (file, hint, place) =>
      files.take(file, hint, place, directory),
    )
    const context = contextOf({
      ...host,
      ...request,
      sessionId,
      signal,
      directory,
      files,
      meter,
      assertFits,
    })
    const steps = { ...block.steps, ...request.steps }
    const emitter = new Emitter(block, { files, directory })
    const events = block.run({ input, output: outputsOf(block), context, steps } as never)
    work = events[Symbol.asyncIterator]()
    for (;;) {
      const next = await nextOf(work, signal)
      if (next.done === true) break
      const { value } = next
      if (isProgress(value)) {
        yield progressOf(value)
        continue
      }
      const output = await untilAborted(emitter.output(value), signal)
      await request.onOutput?.(output, price())
      outputs.push(output.value)
      yield { type: 'output', ...output }
    }
    end = { type: 'completed', cost: 0 }
  } catch (error) {
    end = request.signal.aborted ? { type: 'cancelled', cost: 0 } : failureOf(error, signal)
    if (end.type === 'failed' && faults.has(end.code)) host.onFault?.(error, { runId, block })
  } finally {
    clearTimeout(timer)
    opened.dispose()
    // A reader that leaves ends the generator here, without an error.
    end ??= { type: 'cancelled', cost: 0 }
    stop.abort(new BlockError('block-failed', 'The run has ended.'))
    await settled(work?.return?.())
    // A run that ends without an output, and was not completed, is free.
    end.cost = end.type === 'completed' || outputs.length > 0 ? price() : 0
    try {
      await files.clean()
      if (end.type !== 'completed') await files.discard(end.type === 'failed' ? outputs : [])
    } finally {
      await request.onEnd?.(end)
    }
  }
  yield end
}

/** Codes of bugs of a block. */
const faults: ReadonlySet<string> = new Set(['internal', 'block-output'])

/** Resolves to the next event of a block, or rejects when the signal is aborted, also if the block never checks it. */
async function nextOf(work: AsyncIterator<Emitted | Progress>, signal: AbortSignal) {
  // Before the call, because a block that starts to listen later never sees an earlier abort.
  signal.throwIfAborted()
  return untilAborted(work.next(), signal)
}

async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason as Error)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
    work.catch(() => undefined)
    promise.catch(() => undefined)
  }
}

/** Waits until a block has ended, or its grace has. */
async function settled(ending: Promise<unknown> | undefined): Promise<void> {
  if (!ending) return
  const grace = new AbortController()
  await Promise.race([
    ending.catch(() => undefined),
    sleep(graceMs, undefined, { signal: grace.signal }).catch(() => undefined),
  ])
  grace.abort()
}

function outputsOf({ output }: AnyBlock): object {
  const names = [...Object.keys(output.shape), 'error']
  return Object.fromEntries(names.map((name) => [name, (value: unknown) => [name, value]]))
}

const maxMessageLength = 500

/** Blocks of other packages may be JavaScript, so the value can be anything. */
function isProgress(value: unknown): value is Progress {
  const { progress } = Object(value) as { progress?: unknown }
  return typeof progress === 'string'
}

function progressOf({ progress, fraction }: Progress): RunEvent {
  const isPart = typeof fraction === 'number' && fraction >= 0 && fraction <= 1
  const message = progress.slice(0, maxMessageLength).toWellFormed()
  return { type: 'progress', message, ...(isPart && { fraction }) }
}

function failureOf(error: unknown, signal: AbortSignal): EndEvent {
  const cause: unknown = signal.aborted ? signal.reason : error
  if (isBlockError(cause) || cause instanceof WorkspaceError) {
    const detail = cause.message.slice(0, maxDetailLength).toWellFormed()
    return { type: 'failed', code: cause.code, detail, cost: 0 }
  }
  return { type: 'failed', code: 'internal', detail: internalDetail, cost: 0 }
}

/** The record of a run holds the detail, and cannot store a text of a megabyte or a lone surrogate. */
const maxDetailLength = 2000

const internalDetail =
  'The block failed, and its input is not the cause. If this happens again, report the id of the run.'

function timedOut(seconds: number): BlockError {
  return new BlockError('timed-out', `The block took longer than its limit of ${seconds} seconds.`)
}
