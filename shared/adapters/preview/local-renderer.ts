import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { addAbortSignal, Readable } from 'node:stream'
import pLimit from 'p-limit'
import { once } from '../../concurrency/once.ts'
import { rendererCrowded } from '../../model/errors.ts'
import type { NormalizeOptions, Renderer, RenderRequest } from '../../ports/renderer.ts'
import { atOnce, bounds, seconds } from './bounds.ts'
import { runImageJob } from './image-job.ts'
import { firstPage } from './pdf.ts'
import { Refusal, refusalFor } from './refusals.ts'
import { removeStaleSpools, Spool } from './spool.ts'
import { typicalFrame } from './video.ts'

/** More are told to come back: no crowd of pictures holds connections for ever. */
const mostWaiting = 64

const source = 'source'
const target = 'target'

/** Renders in processes of this machine, within so many seconds: with sharp, and with poppler and ffmpeg where they are installed. */
export function openLocalRenderer(
  limits: { preview: number; normalize: number } = seconds,
): Renderer {
  const limit = pLimit(atOnce)
  const removed = once(() => removeStaleSpools())
  const inTurn = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (limit.pendingCount >= mostWaiting) throw rendererCrowded()
    return limit(work)
  }
  return {
    async render(request) {
      await removed()
      const { signal } = request
      return inTurn(() => {
        signal?.throwIfAborted()
        return render(request, limits.preview)
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
      return normalize(body, options, { signal, decodeInTurn }).catch((error: unknown) => {
        signal?.throwIfAborted()
        throw refusalFor('normalize', error)
      })
    },
  }
}

async function render(request: RenderRequest, limitSeconds: number): Promise<Buffer> {
  if (request.sizeBytes > bounds.sourceBytes) throw new Refusal('too-large')
  await using spool = await Spool.open()
  await spool.write(source, bounded(await request.open(), request.signal))
  const { directory } = spool
  const signal = timeLimit(limitSeconds, request.signal)
  const { width } = request
  const still = await stillOf(request, directory, signal)
  await runImageJob({ task: 'draw', source: still, target, width }, { directory, signal })
  await using result = await open(spool.path(target))
  return await result.readFile()
}

/** The name of a file of the directory that sharp decodes. */
async function stillOf(
  { kind, mimeType, width }: RenderRequest,
  directory: string,
  signal: AbortSignal,
): Promise<string> {
  switch (kind) {
    case 'image':
      return source
    case 'pdf':
      return firstPage({ directory, source, width, signal })
    case 'video':
      return typicalFrame({ directory, source, mimeType, width, signal })
  }
}

/** Runs a decoder when its turn comes, with the signal that ends it. */
type InTurn = (decode: (signal: AbortSignal) => Promise<void>) => Promise<void>

async function normalize(
  body: Readable,
  options: NormalizeOptions,
  { signal, decodeInTurn }: { signal: AbortSignal | undefined; decodeInTurn: InTurn },
): Promise<Readable> {
  await using resources = new AsyncDisposableStack()
  const spool = resources.use(await Spool.open())
  // Before its turn: a client that sends slowly, or nothing, keeps no other waiting.
  await spool.write(source, bounded(body, signal))
  const { directory } = spool
  await decodeInTurn((signal) =>
    runImageJob({ task: 'normalize', source, target, ...options }, { directory, signal }),
  )
  const result = createReadStream(spool.path(target))
  const owned = resources.move()
  // A directory that cannot be removed now is removed as stale by a later process.
  result.once('close', () => void owned.disposeAsync().catch(() => undefined))
  return result
}

/** The body, as far as it is rendered at all; aborting destroys it, whether a byte comes or not. */
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
