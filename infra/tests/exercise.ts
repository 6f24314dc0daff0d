import { setTimeout } from 'node:timers/promises'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Hono } from 'hono'
import { expect } from 'vitest'
import { httpRoutes } from '../../functions/host/routes.ts'
import { rescanRoutes } from '../../functions/rescan.ts'
import { sweepRoutes } from '../../functions/sweep.ts'
import { DiskQuarantine } from '../../shared/adapters/disk/quarantine.ts'
import { EicarScanner } from '../../shared/adapters/scanners/eicar-scanner.ts'
import { loadConfig } from '../../shared/config/load-config.ts'
import type { AppEnv } from '../../shared/http/app-env.ts'
import { healthRoute } from '../../shared/http/health.ts'
import type { PendingFile } from '../../shared/model/file.ts'
import type { FileId } from '../../shared/model/ids.ts'
import { parsePath } from '../../shared/model/path.ts'
import type { Ports } from '../../shared/ports/ports.ts'
import { scan } from '../../shared/workspace/scan/scan.ts'
import { upload } from '../../shared/workspace/upload/upload.ts'
import { eicar } from '../../tests/support/files/eicar.ts'
import { motley } from '../../tests/support/files/pictures.ts'
import { httpApp, serve } from '../../tests/support/http/http-app.ts'
import {
  openLocalWorkspace,
  targetOf,
  type LocalWorkspace,
} from '../../tests/workspace/local-workspace.ts'
import { newUsage, recorded, type Usage } from './usage.ts'

const config = loadConfig()
const log = () => undefined
const dayMs = 24 * 3600 * 1000
const quotaBytes = 1000

/** The id of the block WriteText. */
const writeText = '7a94e5c8-1d3b-4f62-b8e0-2c5d9f6a0b13'

interface Scene {
  /** Stores bytes for the user `local`. */
  reserve: (path: string, bytes?: Buffer) => Promise<PendingFile>
  /** Stores a file that is found clean. */
  ready: (path: string, bytes?: Buffer) => Promise<FileId>
  /** Scans the file at a path as soon as its bytes are stored. */
  scanNext: (path: string) => Promise<void>
  /** Puts a file of more than half of the quota into the trash. */
  fillTrash: () => Promise<void>
  pass: (milliseconds: number) => void
  /** Sends the function a request below `/api/workspace` and checks the status. */
  call: (method: string, path: string, options?: CallOptions) => Promise<void>
  /** Opens a stream of events, and waits for the first event after that. */
  follow: () => Promise<void>
  /** Sends `scan` the event of a stored file. */
  deliver: (file: PendingFile) => Promise<void>
}

interface CallOptions {
  body?: Buffer | string
  headers?: Record<string, string>
  /** The expected status, 200 by default. */
  status?: number
}

/** Requests that make each function use every permission that it needs. */
const scripts: Record<string, (scene: Scene) => Promise<void>> = {
  upload: async ({ call }) => {
    const headers = { Prefer: 'wait=1' }
    await call('PUT', '/content/a.txt', { body: 'a', headers, status: 202 })
    const image = await motley().png().toBuffer()
    await call('PUT', '/content/b.png?normalize=image', { body: image, headers, status: 202 })
    // A wrong digest expires the reservation.
    const digest = createHash('sha256').update('other').digest('base64')
    const wrong = { 'Content-Digest': `sha-256=:${digest}:` }
    await call('PUT', '/content/c.txt', { body: 'c', headers: wrong, status: 400 })
    await call('POST', '/uploads', { body: '{"path":"/d.bin","sizeBytes":1}', status: 202 })
    await call('POST', '/imports', { body: '{"source":"data:,hi","path":"/e.txt"}', status: 202 })
  },
  list: async ({ call }) => {
    await call('GET', '/files')
    await call('GET', '/usage')
  },
  read: async ({ call, ready }) => {
    const id = await ready('/a.png', await motley().png().toBuffer())
    for (const path of ['', '/content', '/preview']) await call('GET', `/files/${id}${path}`)
    await call('GET', '/content/a.png')
  },
  download: async ({ call, ready }) => {
    await call('GET', `/files/${await ready('/a.txt')}/download`, { status: 302 })
    await call('GET', '/archive?prefix=/')
    await call('GET', '/archive?prefix=/', { headers: { Accept: 'application/json' } })
    await call('GET', '/archive/none', { status: 403 })
    const body = JSON.stringify({ fileId: await ready('/b.txt') })
    await call('POST', '/shares', { body, status: 201 })
    await call('GET', '/shares')
    await call('DELETE', '/shares/none', { status: 404 })
    await call('GET', '/s/none', { status: 404 })
  },
  update: async ({ call, ready, fillTrash }) => {
    await fillTrash()
    const source = await ready('/a.bin', Buffer.alloc(300))
    await ready('/b.bin', Buffer.alloc(600))
    // Moves `/b.bin` to the trash, which then holds more than the quota.
    const body = JSON.stringify({ path: '/b.bin', overwrite: true })
    await call('POST', `/files/${source}/copy`, { body, status: 201 })
    await call('PATCH', `/files/${source}`, { body: '{"path":"/c.bin"}' })
  },
  delete: async ({ call, ready, reserve, fillTrash }) => {
    await fillTrash()
    await call('DELETE', `/files/${await ready('/a.bin', Buffer.alloc(600))}`, { status: 204 })
    await ready('/b.txt')
    await call('DELETE', '/content/b.txt', { status: 204 })
    await call('DELETE', `/files/${(await reserve('/c.txt')).id}`, { status: 204 })
    await ready('/sessions/s/d.txt')
    await call('DELETE', '/sessions/s', { status: 204 })
  },
  folders: async ({ call, ready, reserve, fillTrash }) => {
    await fillTrash()
    await ready('/a/a.bin', Buffer.alloc(600))
    await reserve('/a/b.txt')
    await call('GET', '/folders')
    await call('PATCH', '/folders', { body: '{"from":"/a/","to":"/b/"}' })
    await call('DELETE', '/folders?prefix=/a')
    await call('DELETE', '/folders?prefix=/b')
    await call('POST', '/folders/restore', { body: '{"prefix":"/b"}' })
    await call('GET', '/operations/none', { status: 404 })
  },
  mcp: async ({ call, ready, scanNext }) => {
    await ready('/a.txt')
    const headers = { Accept: 'application/json, text/event-stream' }
    const use = async (name: string, args: object) => {
      const params = { name, arguments: args }
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
      await call('POST', '/mcp', { body, headers })
    }
    await use('list_workspace_files', {})
    await use('read_workspace_file', { file: '/a.txt' })
    await use('move_workspace_file', { file: '/a.txt', to: '/b.txt' })
    await use('copy_workspace_file', { file: '/b.txt', to: '/c.txt' })
    await use('delete_workspace_file', { file: '/c.txt' })
    await use('create_workspace_upload', { path: '/d.bin', sizeBytes: 1 })
    await use('get_workspace_download_url', { file: '/b.txt' })
    await use('read_workspace_file', {
      file: await ready('/f.png', await motley().png().toBuffer()),
    })
    // The tool answers when the file is scanned.
    const written = use('write_workspace_file', { path: '/e.txt', content: 'e' })
    await scanNext('/e.txt')
    await written
  },
  blocks: async ({ call }) => {
    await call('GET', `/blocks/${writeText}`)
    // An infected output goes to the quarantine.
    for (const text of ['text', eicar().toString()]) {
      const body = JSON.stringify({ input: { text } })
      await call('POST', `/blocks/${writeText}/run`, { body })
    }
    await call('GET', '/runs')
    await call('DELETE', '/runs/none', { status: 404 })
  },
  changes: async ({ call, follow }) => {
    await call('GET', '/events')
    await call('GET', '/events?after=0')
    await follow()
  },
  admin: async ({ call, fillTrash }) => {
    await fillTrash()
    const headers = { Authorization: 'Bearer local:admin' }
    const path = '/admin/workspaces/local/quota'
    await call('GET', path, { headers })
    await call('PUT', path, { headers, body: '{"limitBytes":100}' })
    await call('DELETE', path, { headers })
  },
  api: async ({ call }) => {
    await call('GET', '/healthz')
  },
  scan: async ({ reserve, deliver }) => {
    await deliver(await reserve('/a.txt'))
    await deliver(await reserve('/b.txt', eicar()))
  },
  sweep: async ({ call, ready, reserve, pass }) => {
    await ready('/a.txt')
    await reserve('/b.txt', eicar())
    pass(dayMs)
    await call('POST', '/rescan')
    await call('POST', '/sweep')
  },
}

/** Runs one function over real local stores. Resolves to the operations that it has called. */
export async function exercise(name: string): Promise<Usage> {
  const script = scripts[name]
  if (!script) throw new Error(`No requests are listed for the function "${name}"`)
  await using opened = new AsyncDisposableStack()
  const workspace = opened.use(await openLocalWorkspace(quotaBytes))
  const ports = await withQuarantine(workspace)
  const usage = newUsage()
  const watched = recorded(ports, usage)
  const routes = await routesOf(name, watched)
  const { url } = opened.use(
    await serve(httpApp((app) => routes.forEach((route) => app.route('/', route)))),
  )
  const reserve = (path: string, bytes: Buffer = Buffer.from('text')) =>
    upload(
      ports,
      { workspaceId: 'local' },
      {
        name: 'a',
        mimeType: 'application/octet-stream',
        body: Readable.from([bytes]),
        target: targetOf(path),
      },
    )
  const ready = async (path: string, bytes?: Buffer) => {
    const { id, storagePath } = await reserve(path, bytes)
    await scan(ports, (await ports.blobs.stat(storagePath)) ?? raise())
    return id
  }
  await script({
    reserve,
    ready,
    fillTrash: async () => {
      await ports.catalog.remove('local', await ready('/old.bin', Buffer.alloc(600)))
    },
    scanNext: async (path) => {
      for (;;) {
        const file = await ports.catalog.getByPath('local', parsePath(path))
        const blob = file && (await ports.blobs.stat(file.storagePath))
        if (blob) return void (await scan(ports, blob))
        await setTimeout(10)
      }
    },
    pass: (milliseconds) => workspace.pass(milliseconds),
    call: async (method, path, { status = 200, body, headers = {} } = {}) => {
      const type = path.startsWith('/content') ? 'text/plain' : 'application/json'
      const answer = await fetch(`${url}/api/workspace${path}`, {
        method,
        redirect: 'manual',
        headers: { 'Content-Type': type, Prefer: 'wait=0', ...headers },
        ...(body !== undefined && { body }),
      })
      expect([method, path, answer.status, await answer.text()]).toEqual([
        method,
        path,
        status,
        expect.anything(),
      ])
    },
    follow: async () => {
      const stream = await fetch(`${url}/api/workspace/events/stream`)
      expect(stream.status).toBe(200)
      const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
      let received = (await reader?.read())?.value ?? ''
      await reserve('/followed.txt')
      while (!received.includes('data: ')) received += (await reader?.read())?.value ?? raise()
      await reader?.cancel()
    },
    deliver: async ({ storagePath }) => {
      await scan(watched, (await ports.blobs.stat(storagePath)) ?? raise())
    },
  })
  return usage
}

async function routesOf(name: string, ports: Ports): Promise<Hono<AppEnv>[]> {
  if (name === 'scan') return []
  if (name === 'api') return [healthRoute(ports)]
  if (name === 'sweep') {
    return [sweepRoutes(ports, config, { log }), rescanRoutes(ports, config, log)]
  }
  const load = httpRoutes(ports, config)[name]
  if (!load) throw new Error(`There is no function "${name}"`)
  return [await load()]
}

async function withQuarantine({ ports, storage, directory }: LocalWorkspace): Promise<Ports> {
  const { now } = ports
  const quarantine = await DiskQuarantine.open({
    directory: join(directory, 'quarantine'),
    blobs: storage.blobs,
    includesUploads: true,
    retentionDays: 1,
    now,
  })
  const scanner = new EicarScanner()
  return {
    ...ports,
    quarantine,
    scanner: {
      scan: (body, options) => scanner.scan(body, options),
      // Signatures that are always new make each run of `rescan` scan every file.
      version: async () => ({ ...(await scanner.version()), signaturesAt: now().toISOString() }),
    },
  }
}

function raise(): never {
  throw new Error('The bytes are not stored')
}
