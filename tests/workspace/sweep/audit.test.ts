import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { adjustCounters } from '../../../shared/adapters/sqlite/workspaces.ts'
import { Database } from '../../../shared/adapters/sqlite/database/database.ts'
import { remove } from '../../../shared/workspace/delete.ts'
import type { FileRecord } from '../../../shared/model/file.ts'
import type { StoredBlob } from '../../../shared/ports/blob-store.ts'
import type { FullCatalog } from '../../../shared/ports/ports.ts'
import { readContent, readFile } from '../../../shared/workspace/read.ts'
import { noCounters } from '../../../shared/model/usage.ts'
import { phases } from '../../../shared/workspace/sweep/report.ts'
import { sweep, type SweepOptions } from '../../../shared/workspace/sweep/sweep.ts'
import { caller, openLocalWorkspace, type LocalWorkspace } from '../local-workspace.ts'

const dayMs = 24 * 3_600_000

describe('a full sweep', () => {
  let workspace: LocalWorkspace
  beforeEach(async () => {
    workspace = await openLocalWorkspace()
  })
  afterEach(() => workspace[Symbol.asyncDispose]())

  const run = (options: Partial<SweepOptions> = {}) =>
    sweep(workspace.ports, { pendingAgeSeconds: 0, abandonedBefore: new Date(0), ...options })
  const ready = async (path: string, text = 'hello') => {
    const { id } = await workspace.upload(path, text)
    workspace.pass(1)
    await run({ phases: ['pending'] })
    const file = await workspace.ports.catalog.get('ann', id)
    if (file?.state !== 'ready') throw new Error(`${path} is not ready`)
    return file
  }
  /** Removes the bytes of a file but not its record, to simulate a manual deletion or a broken disk. */
  const lose = (file: { storagePath: string; generation: string }) =>
    workspace.ports.blobs.remove(file)
  const drift = async (liveBytes: number) => {
    const database = await Database.open(workspace.directory)
    const held = noCounters
    adjustCounters(database, 'ann', { before: held, after: { ...held, liveBytes } })
    await database[Symbol.asyncDispose]()
  }

  it('marks a ready file whose bytes are missing, and names it in the report and to its owner', async () => {
    const file = await ready('/a.txt')
    await ready('/b.txt')
    await lose(file)
    expect(await run()).toMatchObject({ missing: 1, examples: { missing: [`ann/${file.id}`] } })
    const record = await readFile(workspace.ports, caller, { id: file.id })
    expect(record).toMatchObject({ state: 'ready', missingSince: expect.any(String) })
    for (const name of [{ id: file.id }, { path: file.path }]) {
      await expect(readContent(workspace.ports, caller, name)).rejects.toMatchObject({
        code: 'content-missing',
      })
    }
    expect(await run()).toMatchObject({ missing: 0, found: 0 })
  })

  it('marks files in the trash, which can then be purged', async () => {
    const file = await ready('/a.txt')
    await remove(workspace.ports, caller, { id: file.id })
    await lose(file)
    expect(await run()).toMatchObject({ missing: 1 })
    workspace.pass(31 * dayMs)
    expect(await run()).toMatchObject({ purged: 1, failures: [] })
  })

  it('removes the mark when the bytes exist again', async () => {
    const file = await ready('/a.txt')
    const { catalog } = workspace.ports
    const mark = { generation: file.generation, since: workspace.ports.now() }
    await catalog.markMissing('ann', file.id, mark)
    // The file is served immediately, because the next sweep that removes the mark may be a week away.
    await expect(readContent(workspace.ports, caller, { id: file.id })).resolves.toBeDefined()
    expect(await run()).toMatchObject({ missing: 0, found: 1 })
    expect(await catalog.get('ann', file.id)).toEqual(file)
    await expect(readContent(workspace.ports, caller, { id: file.id })).resolves.toBeDefined()
  })

  it('does not mark a file that is purged during the check', async () => {
    const file = await ready('/a.txt')
    const { blobs } = workspace.ports
    const stat = blobs.stat.bind(blobs)
    override(blobs, 'stat', async (storagePath) => {
      await remove(workspace.ports, caller, { id: file.id }, { purge: true })
      return stat(storagePath)
    })
    expect(await run({ phases: ['missing'] })).toMatchObject({ missing: 0, failures: [] })
  })

  it('repairs counters that differ from the files and reports both values', async () => {
    await ready('/a.txt')
    await drift(995)
    const drifts = [
      {
        workspaceId: 'ann',
        kept: expect.objectContaining({ liveBytes: 1000 }),
        counted: expect.objectContaining({ liveBytes: 5 }),
      },
    ]
    expect(await run({ dryRun: true })).toMatchObject({ dryRun: true, repaired: 1, drifts })
    expect((await workspace.ports.catalog.usage('ann')).liveBytes).toBe(1000)
    expect(await run()).toMatchObject({ repaired: 1, drifts })
    expect((await workspace.ports.catalog.usage('ann')).liveBytes).toBe(5)
    expect(await run()).toMatchObject({ repaired: 0, drifts: [] })
  })

  it('purges the oldest files and bytes of a trash that exceeds a lowered quota', async () => {
    const { catalog, blobs } = workspace.ports
    const files = [await ready('/a.txt'), await ready('/b.txt')]
    for (const { id } of files) {
      await remove(workspace.ports, caller, { id })
      workspace.pass(1)
    }
    await catalog.setQuota('ann', 7)
    expect(await run()).toMatchObject({ purged: 1 })
    expect(await Promise.all(files.map(({ id }) => catalog.get('ann', id)))).toEqual([
      undefined,
      expect.objectContaining({ isDeleted: true }),
    ])
    expect(await blobs.stat(files[0]?.storagePath ?? '')).toBeUndefined()
  })

  it('changes nothing with dryRun and reports what the next sweep does', async () => {
    const lost = await ready('/lost.txt')
    const trashed = await ready('/trashed.txt')
    const orphaned = await ready('/orphaned.txt')
    await remove(workspace.ports, caller, { id: trashed.id })
    await lose(lost)
    await workspace.ports.catalog.purge('ann', orphaned.id)
    workspace.pass(31 * dayMs)
    await workspace.upload('/pending.txt', 'pending')
    await reserve('/abandoned.txt')
    workspace.pass(1)
    await drift(50)
    const before = await everything()
    const abandonedBefore = workspace.ports.now()
    const planned = await run({ dryRun: true, abandonedBefore })
    expect(await everything()).toEqual(before)
    const counts = {
      finished: 1,
      expired: 1,
      purged: 1,
      repaired: 1,
      missing: 1,
      found: 0,
      orphans: 1,
      failureCount: 0,
    }
    expect(planned).toMatchObject(counts)
    const done = await run({ abandonedBefore })
    expect(done).toMatchObject(counts)
    expect(done.examples).toEqual(planned.examples)
  })

  it('keeps the bytes of a workspace that the catalog does not know', async () => {
    const { blobs, newId } = workspace.ports
    const place = blobs.locate('zoe', newId(), 'a.txt')
    const options = { contentType: 'text/plain', maxBytes: 10 }
    await blobs.write(place, Readable.from([Buffer.from('bytes')]), options)
    workspace.pass(2 * dayMs)
    const report = await run()
    expect(report).toMatchObject({ orphans: 0, failureCount: 1, complete: true })
    expect(report.failures[0]).toContain(place)
    expect(await blobs.stat(place)).toBeDefined()
  })

  describe('whose listing is truncated or fails', () => {
    const listings = ['listPending', 'listTrash', 'listWorkspaces', 'list'] as const

    it.each(listings)('acts only on listed entries (%s ends early)', async (name) => {
      const kept = await storyOfAYear()
      const { catalog } = workspace.ports
      const list = catalog[name].bind(catalog) as (query: unknown) => Promise<unknown>
      override(catalog, name, (async (query: unknown) => {
        const page = await list(query)
        if (Array.isArray(page)) return page.slice(0, 1)
        const { files } = page as Awaited<ReturnType<FullCatalog['list']>>
        return { files: files.slice(0, 1), folders: [] }
      }) as never)
      const report = await run()
      expect(report).toMatchObject({ missing: 0, repaired: 0, orphans: 0, failures: [] })
      await expectKept(kept)
    })

    it('removes no blob that has a record (blobs.list ends early and repeats a blob)', async () => {
      const kept = await storyOfAYear()
      const { blobs } = workspace.ports
      const list = blobs.list.bind(blobs)
      override(blobs, 'list', async (query) => {
        const page = await list(query)
        return { blobs: [...page.blobs.slice(0, 1), ...page.blobs.slice(0, 1)] }
      })
      expect(await run()).toMatchObject({ missing: 0, orphans: 0, failures: [] })
      await expectKept(kept)
    })

    it.each(listings)('ends that phase and continues with the others (%s throws)', async (name) => {
      const lost = await ready('/lost.txt')
      await lose(lost)
      const { catalog } = workspace.ports
      override(catalog, name, () => Promise.reject(new Error('the store is away')))
      const report = await run()
      expect(report.complete).toBe(false)
      expect(report.failures).toContainEqual(expect.stringContaining('the store is away'))
      const outcomes = Object.values(report.phases).map(({ outcome }) => outcome)
      expect(outcomes).toHaveLength(phases.length)
      expect(outcomes).toContain('failed')
      expect(report.phases.orphans).toMatchObject({ outcome: 'ended' })
    })
  })

  async function storyOfAYear() {
    const files = []
    for (const name of ['a', 'b', 'c']) files.push(await ready(`/${name}.txt`))
    const gone = await ready('/gone.txt')
    await remove(workspace.ports, caller, { id: gone.id })
    workspace.pass(2 * dayMs)
    return [...files, gone]
  }

  async function expectKept(files: FileRecord[]) {
    for (const { id, storagePath } of files) {
      expect(await workspace.ports.blobs.stat(storagePath)).toBeDefined()
      const record = await workspace.ports.catalog.get('ann', id)
      expect(record).toMatchObject({ id })
      expect(record).not.toHaveProperty('missingSince')
    }
  }

  async function reserve(path: string) {
    const { catalog, blobs, newId, now } = workspace.ports
    const id = newId()
    await catalog.reserve({
      id,
      workspaceId: 'ann',
      path: path as never,
      mimeType: 'text/plain',
      maxBytes: 5,
      storagePath: blobs.locate('ann', id, 'a.txt'),
      metadata: {},
      origin: 'user-upload',
      expiresAt: new Date(now().getTime() + dayMs),
      onConflict: 'fail',
    })
  }

  async function everything() {
    const { catalog, blobs } = workspace.ports
    const listing = { workspaceId: 'ann', sort: 'created', descending: false, limit: 100 } as const
    const stored: StoredBlob[] = (await blobs.list({ limit: 100 })).blobs
    return {
      live: (await catalog.list({ ...listing, deleted: false })).files,
      trash: (await catalog.list({ ...listing, deleted: true })).files,
      usage: await catalog.usage('ann'),
      progress: await catalog.sweepProgress(),
      stored,
    }
  }

  it('fails and marks nothing when the storage is unavailable', async () => {
    const file = await ready('/a.txt')
    await rm(join(workspace.directory, 'blobs'), { recursive: true })
    const report = await run()
    expect(report).toMatchObject({
      orphans: 0,
      missing: 0,
      phases: { missing: { outcome: 'failed' }, orphans: { outcome: 'failed' } },
    })
    expect(await workspace.ports.catalog.get('ann', file.id)).toEqual(file)
  })
})

/** Replaces one method of a store. */
function override<Port extends object, Name extends keyof Port>(
  port: Port,
  name: Name,
  method: Port[Name],
): void {
  Object.defineProperty(port, name, { value: method, configurable: true })
}
