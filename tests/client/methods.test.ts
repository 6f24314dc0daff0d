import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  createCoffer,
  CofferError,
  type Coffer,
  type FileView,
  type Page,
  type UploadOptions,
} from '../../shared/client/coffer.ts'
import { startLocalServer } from '../e2e/local/local-server.ts'
import type { Server } from '../e2e/support/target.ts'
import { eicar } from '../support/files/eicar.ts'

let server: Server
let coffer: Coffer
const as = (user: string, session?: string) =>
  createCoffer({
    baseUrl: server.url,
    token: () => `local:${user}`,
    ...(session !== undefined && { session }),
  })
const text = (content: string) => new Blob([content], { type: 'text/plain' })

async function isArchive(answer: Response): Promise<boolean> {
  const zip = Buffer.from(await answer.arrayBuffer()).toString('latin1')
  return zip.startsWith('PK') && zip.includes('zipped')
}

beforeAll(async () => {
  server = await startLocalServer({ AUTH_MODE: 'local', CLAMAV_SERVICE_PORT: '1', PATH: '' })
})
afterAll(() => server?.[Symbol.asyncDispose]())

describe('the client', () => {
  beforeAll(() => {
    coffer = as(randomUUID())
  })

  test('uploads, lists, reads, links, changes, copies, deletes and restores', async () => {
    const file = await coffer.upload(text('hello'), { path: '/a/b.txt' }).done
    expect(file).toMatchObject({ state: 'ready', path: '/a/b.txt', sizeBytes: 5 })
    expect(await coffer.get(file.id)).toEqual(file)
    expect(await (await coffer.content('/a/b.txt')).text()).toBe('hello')
    expect(await (await coffer.content(file.id, { range: { start: 1, end: 2 } })).text()).toBe('el')
    expect(await (await coffer.preview(file.id, { bytes: 2 })).text()).toBe('he')
    const { url } = await coffer.link(file.id, { expiresIn: 60 })
    expect(await (await fetch(url)).text()).toBe('hello')
    const moved = await coffer.update(file.id, { path: '/c d/é.txt' }, { ifMatch: file.checksum })
    expect(moved.path).toBe('/c d/é.txt')
    expect(await (await coffer.content('/c d/é.txt')).text()).toBe('hello')
    const copied = await coffer.copy(file.id, { path: '/copy.txt' })
    expect(copied).toMatchObject({ path: '/copy.txt', checksum: file.checksum })
    await coffer.delete(file.id)
    await expect(coffer.content(file.id)).rejects.toMatchObject({ code: 'gone', status: 410 })
    expect((await coffer.restore(file.id)).path).toBe('/c d/é.txt')
    await coffer.delete('/copy.txt', { purge: true })
    expect((await coffer.usage()).fileCount).toBe(1)
    const imported = await coffer.import({ source: 'data:,imported', path: '/i.txt' })
    expect(imported.state).toBe('ready')
  })

  test('ends an upload to a storage that takes no bytes', async () => {
    let chunks = 0
    const takesNothing: typeof fetch = (input, init) => {
      if (init?.method !== 'PUT') return fetch(input, init)
      if (init.body) chunks += 1
      return Promise.resolve(new Response(null, { status: 308 }))
    }
    const stuck = createCoffer({
      baseUrl: server.url,
      token: () => `local:${randomUUID()}`,
      fetch: takesNothing,
      retry: { attempts: 3, firstMs: 1, maxMs: 1 },
    })
    const options: UploadOptions = { path: '/a.txt', strategy: 'resumable' }
    const refusal = { code: 'network' }
    await expect(stuck.upload(text('hello'), options).done).rejects.toMatchObject(refusal)
    expect(chunks).toBe(3)
  })

  test('opens a session for a small file where no digest can find it after a lost answer', async () => {
    const { crypto: whole } = globalThis
    vi.stubGlobal('crypto', {
      getRandomValues: (array: Uint32Array<ArrayBuffer>) => whole.getRandomValues(array),
    })
    try {
      const sent: string[] = []
      const inPage = createCoffer({
        baseUrl: server.url,
        token: () => 'local:page',
        fetch: (input, init) => {
          sent.push(`${init?.method} ${new URL(input).pathname}`)
          return fetch(input, init)
        },
      })
      const file = await inPage.upload(text('hello'), { path: '/http.txt' }).done
      expect(file.sizeBytes).toBe(5)
      expect(sent[0]).toBe('POST /api/workspace/uploads')
    } finally {
      vi.unstubAllGlobals()
    }
  })

  test('iterates over all pages', async () => {
    const user = as(randomUUID())
    for (const name of ['a', 'b', 'c']) await user.upload(text(name), { path: `/${name}` }).done
    const paths: string[] = []
    for await (const { path } of user.files({ limit: 2, sort: 'path' })) paths.push(path)
    expect(paths).toEqual(['/a', '/b', '/c'])
    expect((await user.list({ limit: 2 })).hasMore).toBe(true)
  })

  test('keeps both files of one path, and the time of the file', async () => {
    const user = as(randomUUID())
    const lastModified = Date.UTC(2020, 1, 2)
    const file = new File(['1'], 'a.txt', { lastModified })
    const first = await user.upload(file, { path: '/a.txt' }).done
    const second = await user.upload(text('2'), { path: '/a.txt', onConflict: 'rename' }).done
    expect(first.modifiedAt).toBe('2020-02-02T00:00:00.000Z')
    expect(second.path).toBe('/a (2).txt')
    const third = await user.upload(text('3'), { path: '/a.txt', onConflict: 'replace' }).done
    expect(await user.get('/a.txt')).toEqual(third)
    const { versions } = await user.versions(third.id)
    expect(versions.map(({ id }) => id)).toEqual([third.id, first.id])
    await user.restoreVersion(third.id, first.id)
    expect(await (await user.content('/a.txt')).text()).toBe('1')
  })

  test('lists, moves, deletes and restores folders', async () => {
    const user = as(randomUUID())
    await user.upload(text('1'), { path: '/in/a/1.txt' }).done
    const { folders } = await user.folders({ prefix: '/in/' })
    expect(folders).toEqual([{ path: '/in/a/', fileCount: 1, sizeBytes: 1 }])
    const moved = await user.moveFolder({ from: '/in/', to: '/out/' })
    expect(await user.operation(moved.id)).toEqual(moved)
    expect((await user.get('/out/a/1.txt')).state).toBe('ready')
    const deleted = await user.deleteFolder('/out/')
    expect((await user.list()).files).toEqual([])
    await user.restoreFolder({ operation: deleted.id })
    expect((await user.list()).files).toHaveLength(1)
  })

  test('archives a folder and files, and links to an archive', async () => {
    const user = as(randomUUID(), 'run-2')
    const { id } = await user.upload(text('zipped'), { path: 'z.txt' }).done
    expect(await isArchive(await user.archive({ ids: [id] }))).toBe(true)
    const { url } = await user.archiveLink({ prefix: '/sessions/run-2/', expiresIn: 60 })
    expect(await isArchive(await fetch(url))).toBe(true)
    const none = user.archive({ ids: [randomUUID()] })
    await expect(none).rejects.toMatchObject({ code: 'not-found' })
  })

  test('shares a file and a folder, and revokes a link', async () => {
    const user = as(randomUUID(), 'run-3')
    const { id: fileId } = await user.upload(text('shared'), { path: 'in/s.txt' }).done
    const link = await user.share({ fileId, expiresIn: 60 })
    expect(await (await fetch(link.url)).text()).toBe('shared')
    const folder = await user.share({ folder: 'in' })
    expect(folder.folder).toBe('/sessions/run-3/in/')
    await user.revokeShare(link.id)
    expect((await fetch(link.url)).status).toBe(410)
    const { shares, nextCursor = '' } = await user.shares({ limit: 1 })
    const { shares: others } = await user.shares({ cursor: nextCursor })
    const states = [...shares, ...others].map(({ id, state }) => [id, state])
    expect(states).toHaveLength(2)
    expect(states).toContainEqual([link.id, 'revoked'])
    const none = user.share({ fileId: randomUUID() })
    await expect(none).rejects.toMatchObject({ code: 'not-found' })
  })

  test('request() and stream() reach routes that have no method', async () => {
    const user = as(randomUUID())
    const body = { source: 'data:,routed', path: '/r.txt' }
    const file = await user.request<FileView>('POST /imports', { body, wait: 20 })
    expect(file.state).toBe('ready')
    const headers = { Range: 'bytes=0-1' }
    expect(await (await user.stream('/content/r.txt', { headers })).text()).toBe('ro')
    const { files } = await user.request<Page>('GET /files', { limit: 1, prefix: '/r' })
    expect(files).toEqual([file])
    const missing = user.request('DELETE /files/none', { purge: true })
    await expect(missing).rejects.toMatchObject({ code: 'not-found', status: 404 })
  })

  test('works within a session', async () => {
    const user = randomUUID()
    const run = as(user, 'run-1')
    const file = await run.upload(new File(['x'], 'x.txt')).done
    expect(file.path).toBe('/sessions/run-1/x.txt')
    const resumed = await run.upload(text('y'), { path: 'y.txt', strategy: 'resumable' }).done
    expect(resumed.path).toBe('/sessions/run-1/y.txt')
    expect((await run.list()).files).toHaveLength(2)
    await as(user).deleteSession('run-1')
    expect((await run.list()).files).toEqual([])
  })

  test('uploads the files of a folder, and reports each that fails', async () => {
    const user = as(randomUUID())
    const files = ['a.txt', 'b.txt', 'c.txt'].map((name) =>
      Object.assign(new File([name], name), { webkitRelativePath: `photos/2026/${name}` }),
    )
    await user.upload(text('other'), { path: '/in/photos/2026/b.txt' }).done
    const sums: number[] = []
    const done: (string | undefined)[] = []
    const results = await user.uploadAll(files, {
      folder: '/in',
      concurrency: 2,
      onProgress({ sentBytes, totalBytes }, { name }, { phase }) {
        sums.push(sentBytes / totalBytes)
        if (phase === 'done') done.push(name)
      },
    })
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(results[1]).toMatchObject({ reason: { code: 'path-taken' } })
    expect(Math.max(...sums)).toBeCloseTo(2 / 3)
    expect(new Set(done)).toEqual(new Set(['a.txt', 'c.txt']))
    expect((await user.list({ prefix: '/in/photos/2026/' })).files).toHaveLength(3)
  })

  test.each(['raw', 'multipart', 'resumable'] as const)(
    'rejects an infected file that was sent as %s, with its record',
    async (strategy) => {
      const upload = coffer.upload(new Blob([eicar()]), { path: `/v-${strategy}`, strategy })
      await expect(upload.done).rejects.toMatchObject({
        code: 'infected',
        status: 422,
        file: { state: 'infected' },
      })
      expect(upload.state).toBe('failed')
    },
  )

  test('replaces only the version that ifMatch names', async () => {
    const first = await coffer.upload(text('1'), { path: '/v.txt' }).done
    const ifMatch = first.checksum
    await coffer.upload(text('2'), { path: '/v.txt', ifMatch }).done
    const late = coffer.upload(text('3'), { path: '/v.txt', ifMatch })
    await expect(late.done).rejects.toMatchObject({ code: 'precondition-failed', status: 412 })
  })

  test('gives refusals whole', async () => {
    const refused = await coffer.list({ limit: 5000 }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(CofferError)
    expect(refused).toMatchObject({
      code: 'invalid-request',
      status: 400,
      fields: [{ field: 'limit' }],
      requestId: expect.any(String),
    })
  })

  test('cancel() ends an upload and releases its path', async () => {
    const user = as(randomUUID())
    const upload = user.upload(new Blob([new Uint8Array(3 * 1024 * 1024)]), {
      path: '/a',
      strategy: 'resumable',
      chunkBytes: 256 * 1024,
      onProgress: ({ sentBytes }) => sentBytes > 0 && upload.cancel(),
    })
    await expect(upload.done).rejects.toMatchObject({ name: 'AbortError' })
    expect((await user.list()).files).toEqual([])
    expect((await user.usage()).reservedBytes).toBe(0)
  })

  test('pauses and resumes', async () => {
    let isPaused = false
    const upload = coffer.upload(new Blob([new Uint8Array(1024 * 1024)]), {
      path: '/paused',
      strategy: 'resumable',
      chunkBytes: 256 * 1024,
      onProgress({ sentBytes }) {
        if (isPaused || sentBytes < 512 * 1024) return
        isPaused = true
        upload.pause()
        expect(upload.state).toBe('paused')
        setTimeout(() => upload.resume(), 50)
      },
    })
    expect((await upload.done).sizeBytes).toBe(1024 * 1024)
    expect(isPaused).toBe(true)
    expect(upload.state).toBe('ready')
  })

  test.each([
    ['bytes that are no Blob', 'text', {}],
    ['path and name', text(''), { path: '/a', name: 'b' }],
    ['ifMatch and overwrite', text(''), { path: '/a', ifMatch: 'x', overwrite: true }],
    ['overwrite and onConflict', text(''), { overwrite: true, onConflict: 'fail' }],
    ['ifMatch without a path', text(''), { ifMatch: 'x' }],
    ['raw without a path', text(''), { strategy: 'raw' }],
    ['raw with metadata', text(''), { strategy: 'raw', path: '/a', metadata: {} }],
    ['multipart with a checksum', text(''), { strategy: 'multipart', checksum: 'x' }],
    ['chunks without bytes', text(''), { chunkBytes: 0 }],
  ])('throws TypeError at once for %s', (_, body, options) => {
    expect(() => coffer.upload(body as Blob, options as UploadOptions)).toThrow(TypeError)
  })
})
