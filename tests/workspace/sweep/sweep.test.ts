import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { remove } from '../../../shared/workspace/delete.ts'
import { maxFilesPerStep } from '../../../shared/model/folders/operation.ts'
import { parseFileId } from '../../../shared/model/path.ts'
import { operateOnFolder } from '../../../shared/workspace/folders/operate.ts'
import { sweep, type SweepOptions } from '../../../shared/workspace/sweep/sweep.ts'
import { openUpload } from '../../../shared/workspace/upload/open-upload.ts'
import { caller, openLocalWorkspace, targetOf, type LocalWorkspace } from '../local-workspace.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const nothing = {
  complete: true,
  finished: 0,
  continued: 0,
  expired: 0,
  purged: 0,
  repaired: 0,
  missing: 0,
  found: 0,
  orphans: 0,
  failures: [],
}
const longAgo = new Date(0)

describe('a sweep', () => {
  let workspace: LocalWorkspace

  beforeEach(async () => {
    workspace = await openLocalWorkspace()
  })
  afterEach(() => workspace[Symbol.asyncDispose]())

  const run = (options: Partial<SweepOptions> = {}) =>
    sweep(workspace.ports, { pendingAgeSeconds: 0, abandonedBefore: longAgo, ...options })
  const stateOf = async (id: string) =>
    (await workspace.ports.catalog.get('ann', parseFileId(id) ?? raise()))?.state

  it('scans a pending file whose finalize event was lost', async () => {
    const file = await workspace.upload('/a.txt', 'hello')
    workspace.pass(1)
    expect(await run()).toMatchObject({ ...nothing, finished: 1 })
    expect(await stateOf(file.id)).toBe('ready')
    expect(await run()).toMatchObject(nothing)
  })

  it('continues an operation on a folder that no process is continuing', async () => {
    const { ports } = workspace
    for (let i = 0; i <= maxFilesPerStep; i += 1) {
      await workspace.upload(`/a/${i}`, 'x')
    }
    workspace.pass(1)
    await run()
    const target = { kind: 'move', folder: '/a/', to: '/b/' } as const
    const { id } = await operateOnFolder(ports, caller, target, { seconds: 0 })
    workspace.pass(30_000)
    expect(await run({ pendingAgeSeconds: 60 })).toMatchObject(nothing)
    workspace.pass(31_000)
    const dryRun = await run({ pendingAgeSeconds: 60, dryRun: true })
    expect(dryRun).toMatchObject({ ...nothing, continued: 1 })
    expect((await ports.folders.get('ann', id))?.state).toBe('running')
    expect(await run({ pendingAgeSeconds: 60 })).toMatchObject({ ...nothing, continued: 1 })
    const changedCount = maxFilesPerStep + 1
    expect(await ports.folders.get('ann', id)).toMatchObject({ state: 'done', changedCount })
    expect(await run({ pendingAgeSeconds: 60 })).toMatchObject(nothing)
  })

  it('ignores a pending file that is younger than pendingAgeSeconds', async () => {
    const file = await workspace.upload('/a.txt', 'hello')
    workspace.pass(30_000)
    expect(await run({ pendingAgeSeconds: 60 })).toMatchObject(nothing)
    expect(await stateOf(file.id)).toBe('pending')
  })

  it('purges an infected or unscannable file once its verdict is older than the retention', async () => {
    const { catalog, now, limits } = workspace.ports
    for (const [index, verdict] of (['infected', 'unscannable'] as const).entries()) {
      const file = await workspace.upload(`/${index}`, 'hello')
      const scannedAt = now().toISOString()
      const engine = { engine: 'test', signatureVersion: null, scannedAt }
      const scan =
        verdict === 'infected'
          ? { verdict, threat: 'Test', ...engine }
          : { verdict, reason: 'encrypted', ...engine }
      const found = { sizeBytes: 5, checksum: 'a'.repeat(64), mimeType: 'text/plain' }
      await catalog.settle(file, { generation: '1', ...found, scan })
    }
    workspace.pass(limits.trashRetentionDays * dayMs - hourMs)
    expect(await run()).toMatchObject({ purged: 0 })
    workspace.pass(2 * hourMs)
    expect(await run()).toMatchObject({ purged: 2 })
    expect(await catalog.usage('ann')).toMatchObject({ recordCount: 0 })
  })

  it('expires a reservation only after its expiry time', async () => {
    const { file } = await openUpload(workspace.ports, caller, {
      target: targetOf('/a.txt'),
      sizeBytes: 500,
    })
    workspace.pass(0.9 * hourMs)
    expect(await run({ abandonedBefore: workspace.ports.now() })).toMatchObject(nothing)
    workspace.pass(0.2 * hourMs)
    expect(await run()).toMatchObject({ ...nothing, expired: 1 })
    expect(await stateOf(file.id)).toBeUndefined()
    expect(await workspace.ports.catalog.usage('ann')).toMatchObject({ reservedBytes: 0 })
    await expect(workspace.upload('/a.txt', 'the path is free again')).resolves.toBeDefined()
  })

  it('expires an upload without bytes that is older than abandonedBefore', async () => {
    const file = await reserveWithoutBytes('/a.txt')
    expect(await run()).toMatchObject(nothing)
    workspace.pass(1)
    expect(await run({ abandonedBefore: workspace.ports.now() })).toMatchObject({
      ...nothing,
      expired: 1,
    })
    expect(await stateOf(file)).toBeUndefined()
  })

  it('purges files and their bytes that are in the trash for longer than the retention', async () => {
    const file = await workspace.upload('/a.txt', 'hello')
    workspace.pass(1)
    await run()
    await remove(workspace.ports, caller, { id: file.id })
    workspace.pass(29.9 * dayMs)
    expect(await run()).toMatchObject(nothing)
    workspace.pass(0.2 * dayMs)
    expect(await run()).toMatchObject({ ...nothing, purged: 1 })
    expect(await stateOf(file.id)).toBeUndefined()
    expect(await workspace.ports.blobs.stat(file.storagePath)).toBeUndefined()
    expect(await workspace.ports.catalog.usage('ann')).toMatchObject({ trashBytes: 0 })
  })

  it('removes a blob without a record only after 24 hours', async () => {
    const orphan = await storeBlob()
    workspace.pass(23 * hourMs)
    expect(await run()).toMatchObject(nothing)
    workspace.pass(2 * hourMs)
    expect(await run()).toMatchObject({ ...nothing, orphans: 1 })
    expect(await workspace.ports.blobs.stat(orphan)).toBeUndefined()
  })

  it('removes no blobs if its phases exclude orphans', async () => {
    const orphan = await storeBlob()
    workspace.pass(25 * hourMs)
    expect(await run({ phases: ['pending', 'trash'] })).toMatchObject(nothing)
    expect(await workspace.ports.blobs.stat(orphan)).toBeDefined()
  })

  it('keeps the blobs of old ready files, live or in the trash', async () => {
    const live = await workspace.upload('/live.txt', 'live')
    const deleted = await workspace.upload('/deleted.txt', 'deleted')
    workspace.pass(1)
    await run()
    workspace.pass(20 * dayMs)
    await remove(workspace.ports, caller, { id: deleted.id })
    workspace.pass(2 * dayMs)
    expect(await run()).toMatchObject(nothing)
    for (const { storagePath } of [live, deleted]) {
      expect(await workspace.ports.blobs.stat(storagePath)).toBeDefined()
    }
  })

  it('reports a failed file, continues with the others, and retries it in the next sweep', async () => {
    await workspace.upload('/a.txt', 'hello')
    await workspace.upload('/b.txt', 'hello')
    workspace.pass(1)
    let calls = 0
    const { scanner } = workspace.ports
    workspace.ports.scanner = {
      version: () => scanner.version(),
      scan: (body) => {
        calls += 1
        return calls === 1 ? Promise.reject(new Error('clamd is down')) : scanner.scan(body)
      },
    }
    const report = await run()
    expect(report).toMatchObject({
      finished: 1,
      failures: [expect.stringContaining('clamd is down')],
    })
    expect(await run()).toMatchObject({ ...nothing, finished: 1 })
  })

  it('scans each pending file once if two sweeps run concurrently', async () => {
    for (let i = 0; i < 10; i += 1) await workspace.upload(`/${i}.txt`, 'hello')
    await storeBlob()
    workspace.pass(25 * hourMs)
    const [a, b] = await Promise.all([run(), run()])
    expect(a.finished + b.finished).toBe(10)
    expect([...a.failures, ...b.failures]).toEqual([])
    expect(await workspace.ports.catalog.usage('ann')).toMatchObject({
      liveCount: 10,
      liveBytes: 50,
    })
  })

  async function reserveWithoutBytes(path: string): Promise<string> {
    const { catalog, blobs, newId, now } = workspace.ports
    const id = newId()
    await catalog.reserve({
      ...targetOf(path),
      id,
      workspaceId: 'ann',
      maxBytes: 5,
      storagePath: blobs.locate('ann', id, 'a.txt'),
      expiresAt: new Date(now().getTime() + dayMs),
    })
    return id
  }

  /** Stores a blob without a record, like a crash between the purge of a record and the removal of its bytes. */
  async function storeBlob(): Promise<string> {
    const { blobs, catalog } = workspace.ports
    const purged = await reserveWithoutBytes('/forgotten.txt')
    await catalog.purge('ann', parseFileId(purged) ?? raise())
    const storagePath = blobs.locate('ann', parseFileId(randomUUID()) ?? raise(), 'orphan.txt')
    const options = { contentType: 'text/plain', maxBytes: 10 }
    await blobs.write(storagePath, Readable.from([Buffer.from('orphan')]), options)
    return storagePath
  }
})

function raise(): never {
  throw new Error('randomUUID is a UUIDv4')
}
