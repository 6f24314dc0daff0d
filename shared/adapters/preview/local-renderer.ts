import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { addAbortSignal, Readable } from 'node:stream'
import pLimit from 'p-limit'
import { once } from '../../concurrency/once.ts'
import { rendererBusy } from '../../model/errors.ts'
import type {
  NormalizeOptions,
  Renderer,
  RenderRequest,
  TextRequest,
} from '../../ports/renderer.ts'
import { bounds, maxConcurrentDecoders, seconds } from './bounds.ts'
import { Decoders } from './decoders.ts'
import { runImageJob } from './image-job.ts'
import { Refusal, refusalFor } from './refusals.ts'
import { removeStaleSpools, Spool } from './spool.ts'
import { pdfText } from './stills/pdf-text.ts'
import { drawFirst, picturesOf } from './stills/pictures.ts'

/** Limit of waiting renderings. Further renderings are rejected with `too-many-requests`, so that they occupy no connections. */
const maxPending = 64

const source = 'source'
const target = 'target'

/**
 * Renders in local processes with sharp, and with poppler, ffmpeg and LibreOffice if they are installed. `limits` are seconds. A machine
 * is sealed if it has neither data nor network: LibreOffice then also runs without a sandbox.
 */
export function openLocalRenderer(
  limits: { preview: number; office: number; normalize: number } = seconds,
  { isSealed = false } = {},
): Renderer {
  const limit = pLimit(maxConcurrentDecoders)
  const decoders = new Decoders()
  const removed = once(() => removeStaleSpools())
  const inTurn = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (limit.pendingCount >= maxPending) throw rendererBusy()
    return limit(work)
  }
  // A document takes a slot only after the previous document, so that waiting documents do not delay images.
  const officeLimit = pLimit(1)
  const officeInTurn = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (officeLimit.pendingCount >= maxPending) throw rendererBusy()
    return officeLimit(() => inTurn(work))
  }
  return {
    async render(request) {
      await removed()
      const { signal } = request
      const isOffice = request.kind === 'office'
      return (isOffice ? officeInTurn : inTurn)(() => {
        signal?.throwIfAborted()
        const limitSeconds = isOffice ? limits.office : limits.preview
        return render(decoders, request, { limitSeconds, isSealed })
      }).catch((error: unknown) => {
        signal?.throwIfAborted()
        throw refusalFor('preview', error)
      })
    },
    async text(request) {
      await removed()
      const { signal } = request
      return inTurn(() => {
        signal?.throwIfAborted()
        return textOf(request, limits.preview)
      }).catch((error: unknown) => {
        signal?.throwIfAborted()
        throw refusalFor('preview', error)
      })
    },
    async normalize(body, options, signal) {
      await removed()
      const decodeInTurn: InTurn = (work) =>
        inTurn(() => {
          signal?.throwIfAborted()
          return work(timeLimit(limits.normalize, signal))
        })
      return normalize(decoders, body, options, { signal, decodeInTurn }).catch(
        (error: unknown) => {
          signal?.throwIfAborted()
          throw refusalFor('normalize', error)
        },
      )
    },
  }
}

async function render(
  decoders: Decoders,
  request: RenderRequest,
  { limitSeconds, isSealed }: { limitSeconds: number; isSealed: boolean },
): Promise<Buffer> {
  if (request.sizeBytes > bounds.sourceBytes) throw new Refusal('too-large')
  await using spool = await Spool.open()
  await spool.write(source, bounded(await request.open(), request.signal))
  const { directory } = spool
  const signal = timeLimit(limitSeconds, request.signal)
  return await drawFirst(
    picturesOf({ ...request, directory, source, signal, isSealed }),
    async (picture) => {
      const { width, forModel } = request
      await runImageJob(
        decoders,
        { task: 'draw', ...picture, target, width, forModel },
        { directory, signal },
      )
      await using result = await open(spool.path(target))
      return await result.readFile()
    },
  )
}

async function textOf(request: TextRequest, limitSeconds: number): Promise<Buffer> {
  if (request.sizeBytes > bounds.sourceBytes) throw new Refusal('too-large')
  await using spool = await Spool.open()
  await spool.write(source, bounded(await request.open(), request.signal))
  const { directory } = spool
  return await pdfText({ directory, source, signal: timeLimit(limitSeconds, request.signal) })
}

/** Runs a decoder when a slot is free and passes the signal that ends it. */
type InTurn = (decode: (signal: AbortSignal) => Promise<void>) => Promise<void>

async function normalize(
  decoders: Decoders,
  body: Readable,
  options: NormalizeOptions,
  { signal, decodeInTurn }: { signal: AbortSignal | undefined; decodeInTurn: InTurn },
): Promise<Readable> {
  await using resources = new AsyncDisposableStack()
  const spool = resources.use(await Spool.open())
  // Reads the body before it waits for a slot, so that a slow client does not occupy one.
  await spool.write(source, bounded(body, signal))
  const { directory } = spool
  await decodeInTurn((signal) =>
    runImageJob(decoders, { task: 'normalize', source, target, ...options }, { directory, signal }),
  )
  const result = createReadStream(spool.path(target))
  const owned = resources.move()
  // If the directory cannot be removed now, a later process removes it as stale.
  result.once('close', () => void owned.disposeAsync().catch(() => undefined))
  return result
}

/** Limits a body to `bounds.sourceBytes`. Aborting destroys it immediately, even while it is idle. */
function bounded(body: Readable, signal: AbortSignal | undefined): Readable {
  if (signal) addAbortSignal(signal, body)
  return Readable.from(
    (async function* () {
      let bytes = 0
      for await (const chunk of body as AsyncIterable<Buffer>) {
        bytes += chunk.length
        if (bytes > bounds.sourceBytes) throw new Refusal('too-large')
        yield chunk
      }
    })(),
  )
}

function timeLimit(seconds: number, signal: AbortSignal | undefined): AbortSignal {
  const limit = AbortSignal.timeout(seconds * 1000)
  return signal ? AbortSignal.any([limit, signal]) : limit
}
