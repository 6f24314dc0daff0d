import type { Context } from 'hono'
import { makeZip } from 'client-zip'
import type { ArchiveEntry } from '../workspace/archive/entries.ts'
import type { AppEnv } from './app-env.ts'
import { toWebStream } from './body/web-stream.ts'
import { contentDisposition } from './protocol/disposition.ts'

/**
 * Answers a ZIP archive while its entries are read. Entries are stored without compression; sizes and checksums follow the bytes
 * (data descriptors), so nothing is read twice or buffered. An entry whose bytes fail ends the connection, so that a client
 * cannot mistake the rest for a complete archive.
 */
export function answerArchive(
  c: Context<AppEnv>,
  name: string,
  entries: AsyncGenerator<ArchiveEntry>,
): Response {
  const headers = {
    'Content-Type': 'application/zip',
    'Content-Disposition': contentDisposition('attachment', name),
    'Cache-Control': 'private, no-store',
    'X-Content-Type-Options': 'nosniff',
  }
  if (c.req.method === 'HEAD') return c.body(null, 200, headers)
  const report = (error: unknown) => {
    const message = `An archive was cut off: ${String(error)}`
    c.get('log')({ severity: 'ERROR', message, requestId: c.get('requestId') })
  }
  return c.body(zipOf(entries, report), 200, headers)
}

/** The bytes of an archive. Fails if an entry fails or does not have its size. Cancelling ends the entries. */
export function zipOf(
  entries: AsyncGenerator<ArchiveEntry>,
  report: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  return makeZip(cancellable(inputs(entries, report)), { buffersAreUTF8: true })
}

async function* inputs(entries: AsyncGenerator<ArchiveEntry>, report: (error: unknown) => void) {
  for await (const { name, sizeBytes, modifiedAt, body } of entries) {
    try {
      const input = toWebStream(body, sizeBytes, report)
      yield { name, size: sizeBytes, lastModified: modifiedAt, input }
    } finally {
      body.destroy()
    }
  }
}

/** Ends the generator when the client disconnects: `makeZip` then throws into it. */
function cancellable<Item>(generator: AsyncGenerator<Item>): AsyncIterable<Item> {
  const iterator: AsyncIterator<Item> = {
    next: () => generator.next(),
    throw: () => generator.return(undefined),
  }
  return { [Symbol.asyncIterator]: () => iterator }
}
