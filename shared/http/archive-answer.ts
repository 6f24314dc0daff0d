import type { Context } from 'hono'
import type { ArchiveEntry } from '../workspace/archive/entries.ts'
import { zipOf } from '../workspace/archive/zip.ts'
import type { AppEnv } from './app-env.ts'
import { contentDisposition } from './protocol/disposition.ts'

/**
 * Answers a ZIP archive while its entries are read. An entry whose bytes fail ends the connection, so that a client cannot
 * mistake the rest for a complete archive.
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
