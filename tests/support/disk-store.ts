import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { DiskBlobStore, type DiskBlobOptions } from '../../shared/adapters/disk/blob-store.ts'
import { resumableRoutes } from '../../shared/http/body/resumable.ts'
import { rawTarget } from '../../shared/http/target.ts'
import type { FinalizeEvent } from '../../shared/ports/blob-store.ts'
import { httpApp, serve } from './http/http-app.ts'

/** Makes a temporary directory. Disposing it deletes the directory. */
export async function temporaryDirectory(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'coffer-disk-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** Opens a disk store in the directory, records its events, and serves its URLs on a port. */
export async function openDiskStore(directory: string, options: Partial<DiskBlobOptions> = {}) {
  const events: FinalizeEvent[] = []
  const store = await DiskBlobStore.open({
    directory,
    now: () => new Date(),
    finalized: (event) => void events.push(event),
    ...options,
  })
  const { app, http } = httpApp((routes) =>
    routes.route('/', resumableRoutes(store)).get('/signed/*', async (c) => {
      const { path, query } = rawTarget(c)
      const blob = store.verifySignedUrl(`${path}?${query}`)
      const body = await store.read(blob)
      if (!body) return c.notFound()
      if (c.req.method === 'HEAD') body.destroy()
      return new Response(Readable.toWeb(body) as ReadableStream, {
        headers: {
          'Content-Type': blob.contentType,
          'Content-Disposition': blob.contentDisposition,
        },
      })
    }),
  )
  const server = await serve({ app, http })
  return {
    store,
    events,
    url: server.url,
    fetch: (url: string, init?: RequestInit) => fetch(new URL(url, server.url), init),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}

/** Opens a disk store in a temporary directory, which disposing deletes. */
export async function openFreshDiskStore(options: Partial<DiskBlobOptions> = {}) {
  const directory = await temporaryDirectory()
  const opened = await openDiskStore(directory.path, options)
  return {
    ...opened,
    directory: directory.path,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
}
