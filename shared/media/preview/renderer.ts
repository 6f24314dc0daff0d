import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import pLimit from 'p-limit'
import { once } from '../../once.ts'
import { WorkspaceError } from '../../workspace/errors.ts'
import type { NormalizeOptions, Renderer, RenderRequest } from '../../workspace/ports.ts'
import { previewBounds } from './bounds.ts'
import { removeStaleSpools, Spool } from './spool.ts'
import { firstPage, typicalFrame } from './still.ts'

/** Decoding is for other threads and processes: this many at once, and the machine keeps answering. */
const atOnce = 2

/** More are told to come back, so that no crowd of pictures holds connections for ever. */
const mostWaiting = 64

/** Renders with `sharp`, and with `pdftoppm` and `ffmpeg` where the machine has them. */
export function openRenderer(): Renderer {
  const limit = pLimit(atOnce)
  const removed = once(() => removeStaleSpools())
  const inTurn = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (limit.pendingCount >= mostWaiting) throw crowded()
    return limit(work)
  }
  return {
    async render(request) {
      await removed()
      return inTurn(() => render(request))
    },
    async normalize(body, options) {
      await removed()
      return normalize(body, options, inTurn)
    },
  }
}

async function render({ open, sizeBytes, mimeType, kind, width }: RenderRequest): Promise<Buffer> {
  if (sizeBytes > previewBounds.sourceBytes) {
    throw new WorkspaceError(
      'unsupported-type',
      `Previews are made of files of up to ${previewBounds.sourceBytes} bytes. Download the file itself.`,
    )
  }
  // Loaded with the first picture: no other request pays for it.
  const { renderImage } = await import('./image.ts')
  await using spool = await Spool.open()
  const path = await spool.write('source', await open())
  switch (kind) {
    case 'image':
      return await renderImage(path, width)
    case 'pdf':
      return await renderImage(await firstPage(path, width), width)
    case 'video':
      return await renderImage(await typicalFrame(path, mimeType, width), width)
  }
}

async function normalize(
  body: Readable,
  options: NormalizeOptions,
  inTurn: (work: () => Promise<void>) => Promise<void>,
): Promise<Readable> {
  const { normalizeImage } = await import('./image.ts')
  await using resources = new AsyncDisposableStack()
  const spool = resources.use(await Spool.open())
  const target = spool.path('target')
  // Before its turn: a client that sends slowly, or nothing, keeps nobody else waiting.
  const source = await spool.write('source', Readable.from(bounded(body)))
  await inTurn(() => normalizeImage(source, target, options))
  const result = createReadStream(target)
  const owned = resources.move()
  // What cannot be removed now is stale, and goes with the next process.
  result.once('close', () => void owned.disposeAsync().catch(() => undefined))
  return result
}

async function* bounded(body: Readable) {
  let bytes = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > previewBounds.sourceBytes) {
      throw new WorkspaceError(
        'unsupported-type',
        `Images of up to ${previewBounds.sourceBytes} bytes can be normalized. Upload the file without normalize=image.`,
      )
    }
    yield chunk
  }
}

function crowded(): WorkspaceError {
  return new WorkspaceError(
    'too-many-requests',
    'Too many pictures are being made at this moment. Try again in a few seconds.',
    { retryAfterSeconds: 5 },
  )
}
