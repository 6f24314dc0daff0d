import { describe, expect, test } from 'vitest'
import {
  maxFilesPerStep,
  maxRefusedKept,
  maxRunningOperations,
  type FolderOperation,
  type OperationRequest,
} from '../../../shared/model/folders/operation.ts'
import { parsePath } from '../../../shared/model/path.ts'
import type { FolderStep } from '../../../shared/ports/folders.ts'
import { codeOf, infected, newId, user, type Begin, type World } from '../catalog/world.ts'

type Target =
  | { kind: 'move'; folder: string; to: string }
  | { kind: 'delete' | 'restore'; folder: string }
  | { kind: 'restore'; undoes: string }

function requestOf(world: World, target: Target): OperationRequest {
  const expiresAt = new Date(world.now.getTime() + 86_400_000)
  return { id: newId(), workspaceId: user, expiresAt, ...target }
}

const start = (world: World, target: Target): Promise<FolderStep> =>
  world.folders.start(requestOf(world, target))

/** Takes every step of an operation. */
async function finish(world: World, target: Target): Promise<FolderOperation> {
  let { operation } = await start(world, target)
  while (operation.state === 'running') {
    const step = await world.folders.advance(user, operation.id)
    if (!step) throw new Error('The operation is unknown.')
    ;({ operation } = step)
  }
  return operation
}

async function fill(world: World, folder: string, count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    await world.upload(`${folder}${String(i).padStart(4, '0')}`, { maxBytes: 1 })
  }
}

const pathsOf = async (world: World, deleted = false) =>
  (await world.list({ limit: 1000, deleted })).files.map(({ path }) => path)

const move = { kind: 'move', folder: '/a/', to: '/b/' } as const
const remove = { kind: 'delete', folder: '/a/' } as const
const restore = { kind: 'restore', folder: '/a/' } as const

export function describeOperations(begin: Begin): void {
  describe('start of a move', () => {
    test('replaces the folder at the start of each path, as update moves a file', async () => {
      await using world = await begin()
      const file = await world.upload('/a/x', { metadata: { n: 1 } })
      const deep = await world.upload('/a/a/y')
      const others = [await world.upload('/a'), await world.upload('/ab/x')]
      const before = await world.counters()
      world.advance(5)
      const to = '/sessions/s1/'
      const { operation, purged } = await start(world, { kind: 'move', folder: '/a/', to })
      expect(purged).toEqual([])
      expect(operation).toMatchObject({ state: 'done', examinedCount: 2, changedCount: 2 })
      const updatedAt = world.now.toISOString()
      const moved = { path: `${to}x`, name: 'x', sessionId: 's1', updatedAt }
      expect(await world.get(file)).toEqual({ ...file, ...moved })
      expect(await world.get(deep)).toMatchObject({ path: `${to}a/y`, name: 'y' })
      for (const other of others) expect(await world.get(other)).toEqual(other)
      expect(await world.ownerOf(`${to}x`)).toBe(file.id)
      expect(await world.ownerOf('/a/x')).toBeUndefined()
      expect(await world.counters()).toEqual(before)
      await world.reserve('/a/x')
      expect(await codeOf(world.reserve(`${to}x`))).toBe('path-taken')
    })

    test('refuses a file whose target is taken, and a pending file, and leaves both', async () => {
      await using world = await begin()
      const owned = await world.upload('/a/owned')
      await world.upload('/b/owned')
      const claimed = await world.upload('/a/claimed')
      await world.reserve('/b/claimed')
      const pending = await world.reserve('/a/pending')
      const sick = await world.reserve('/a/sick')
      await world.settle(sick, { scan: infected })
      await world.upload('/b/sick')
      const { operation } = await start(world, move)
      expect(operation).toMatchObject({ examinedCount: 4, changedCount: 1, refusedCount: 3 })
      expect(operation.refused).toEqual([
        { id: claimed.id, path: '/a/claimed', code: 'path-taken' },
        { id: owned.id, path: '/a/owned', code: 'path-taken' },
        { id: pending.id, path: '/a/pending', code: 'not-scanned' },
      ])
      for (const file of [owned, claimed, pending]) expect(await world.get(file)).toEqual(file)
      expect(await world.get(sick)).toMatchObject({ path: '/b/sick', state: 'infected' })
    })

    test('refuses a file whose target is not a valid path, or in the folder', async () => {
      await using world = await begin()
      const name = 'x'.repeat(250)
      const long = `/a/${name}/${name}/${name}/${name}`
      await world.upload(long)
      const { operation } = await start(world, { ...move, to: `/${'b'.repeat(200)}/` })
      expect(operation.refused).toMatchObject([{ path: long, code: 'invalid-request' }])
      await world.upload('/c/d/d/1')
      await world.upload('/c/d/e')
      const up = await start(world, { kind: 'move', folder: '/c/d/', to: '/c/' })
      expect(up.operation.refused).toMatchObject([{ path: '/c/d/d/1', code: 'invalid-request' }])
      expect(await pathsOf(world)).toEqual([long, '/c/d/d/1', '/c/e'])
    })

    test('throws not-found if the folder contains no file', async () => {
      await using world = await begin()
      await world.upload('/ab/x')
      const deleted = await world.upload('/a/x')
      await world.catalog.remove(user, deleted.id)
      expect(await codeOf(start(world, move))).toBe('not-found')
      const request = requestOf(world, move)
      expect(await codeOf(world.folders.start({ ...request, workspaceId: 'user-2' }))).toBe(
        'not-found',
      )
      expect(await world.folders.get(user, request.id)).toBeUndefined()
    })
  })

  describe('advance', () => {
    test('changes at most maxFilesPerStep files, and stores the progress and the number of files', async () => {
      await using world = await begin()
      await fill(world, '/a/', maxFilesPerStep + 1)
      const { operation } = await start(world, move)
      expect(operation).toMatchObject({ state: 'running', examinedCount: maxFilesPerStep })
      expect(operation.totalCount).toBeUndefined()
      expect((await pathsOf(world)).filter((path) => path.startsWith('/a/'))).toHaveLength(1)
      expect(await world.folders.get(user, operation.id)).toEqual(operation)
      world.advance(5)
      const total = { files: maxFilesPerStep + 1, isMinimum: false }
      const step = await world.folders.advance(user, operation.id, total)
      expect(step?.operation).toMatchObject({
        state: 'done',
        totalCount: total.files,
        changedCount: total.files,
        updatedAt: world.now.toISOString(),
      })
      expect((await pathsOf(world)).every((path) => path.startsWith('/b/'))).toBe(true)
      expect(await world.folders.advance(user, operation.id)).toEqual(step)
      expect(await world.folders.advance(user, newId())).toBeUndefined()
      expect(await world.folders.advance('user-2', operation.id)).toBeUndefined()
      expect(await world.folders.get('user-2', operation.id)).toBeUndefined()
    })

    test('does not change files that are reserved after the start', async () => {
      await using world = await begin()
      await fill(world, '/a/', maxFilesPerStep)
      const { operation } = await start(world, move)
      const later = await world.upload('/a/zzz')
      await world.upload('/a/0000')
      const step = await world.folders.advance(user, operation.id)
      expect(step?.operation).toMatchObject({ state: 'done', changedCount: maxFilesPerStep })
      expect(await world.get(later)).toEqual(later)
      expect(await pathsOf(world)).toEqual(expect.arrayContaining(['/a/0000', '/a/zzz']))
    })

    test('names at most maxRefusedKept refused files, and counts all', async () => {
      await using world = await begin()
      await fill(world, '/a/', maxRefusedKept + 5)
      await fill(world, '/b/', maxRefusedKept + 5)
      const operation = await finish(world, move)
      expect(operation.refused).toHaveLength(maxRefusedKept)
      expect(operation).toMatchObject({ refusedCount: maxRefusedKept + 5, changedCount: 0 })
    })

    test('concurrent calls change each file once', async () => {
      await using world = await begin()
      await fill(world, '/a/', 2 * maxFilesPerStep + 10)
      const { operation } = await start(world, move)
      const steps = await Promise.all(
        Array.from({ length: 5 }, () => world.folders.advance(user, operation.id)),
      )
      const last = await world.folders.get(user, operation.id)
      expect(last).toMatchObject({ state: 'done', changedCount: 2 * maxFilesPerStep + 10 })
      expect(steps.filter((step) => step?.operation.state === 'running')).toHaveLength(1)
    })
  })

  describe('start of a deletion', () => {
    test('removes each file as remove does, with the start as deletedAt', async () => {
      await using world = await begin()
      const ready = await world.upload('/a/ready')
      const pending = await world.reserve('/a/pending')
      const other = await world.upload('/ab')
      const { operation, purged } = await start(world, remove)
      expect(operation).toMatchObject({ state: 'done', changedCount: 2, refusedCount: 0 })
      expect(purged).toEqual([pending])
      const at = operation.createdAt
      expect(await world.get(ready)).toEqual({
        ...ready,
        isDeleted: true,
        deletedAt: at,
        updatedAt: at,
      })
      expect(await world.catalog.refusal(user, pending.id)).toEqual({ code: 'gone' })
      expect(await world.get(other)).toEqual(other)
      expect(await world.counters()).toMatchObject({ reservedBytes: 0, trashBytes: 10 })
      const again = await start(world, remove)
      expect(again.operation).toMatchObject({ state: 'done', examinedCount: 0 })
    })

    test('gives the files of every step the same deletedAt', async () => {
      await using world = await begin()
      await fill(world, '/a/', maxFilesPerStep + 1)
      const { operation } = await start(world, remove)
      world.advance(1000)
      await world.folders.advance(user, operation.id)
      const { files } = await world.list({ deleted: true, limit: 1000 })
      expect(files).toHaveLength(maxFilesPerStep + 1)
      expect(new Set(files.map(({ deletedAt }) => deletedAt))).toEqual(
        new Set([operation.createdAt]),
      )
    })
  })

  describe('start of a restoration', () => {
    test('of a folder takes of each path the file that was deleted last', async () => {
      await using world = await begin()
      const older = await world.upload('/a/x')
      await world.catalog.remove(user, older.id)
      world.advance(1)
      const newer = await world.upload('/a/x')
      await world.upload('/a/y', { maxBytes: 1 })
      const replacement = await world.upload('/a/y', { maxBytes: 2, onConflict: 'replace' })
      await finish(world, remove)
      world.advance(1)
      const operation = await finish(world, restore)
      expect(operation).toMatchObject({ changedCount: 2, refusedCount: 0 })
      expect(await world.ownerOf('/a/x')).toBe(newer.id)
      expect(await world.ownerOf('/a/y')).toBe(replacement.id)
      expect(await world.get(older)).toMatchObject({ isDeleted: true })
      expect(await world.counters()).toMatchObject({ liveBytes: 12, trashBytes: 11 })
    })

    test('refuses a file whose path is taken, or that exceeds the quota', async () => {
      await using world = await begin(100)
      const taken = await world.upload('/a/1', { maxBytes: 10 })
      const large = await world.upload('/a/2', { maxBytes: 60 })
      const small = await world.upload('/a/3', { maxBytes: 10 })
      await finish(world, remove)
      await world.upload('/a/1', { maxBytes: 50 })
      const operation = await finish(world, restore)
      expect(operation.refused).toEqual([
        { id: taken.id, path: '/a/1', code: 'path-taken' },
        { id: large.id, path: '/a/2', code: 'quota-exceeded' },
      ])
      expect(await world.ownerOf('/a/3')).toBe(small.id)
      expect(await world.counters()).toMatchObject({ liveBytes: 60, trashBytes: 70 })
    })

    test('with undoes takes exactly the files of one deletion', async () => {
      await using world = await begin()
      const earlier = await world.upload('/a/earlier')
      await world.catalog.remove(user, earlier.id)
      world.advance(1)
      const file = await world.upload('/a/x')
      const deletion = await finish(world, remove)
      world.advance(1)
      const undoes = deletion.id
      const { operation } = await start(world, { kind: 'restore', undoes })
      expect(operation).toMatchObject({ folder: '/a/', state: 'done', changedCount: 1 })
      expect(await world.ownerOf('/a/x')).toBe(file.id)
      expect(await world.get(earlier)).toMatchObject({ isDeleted: true })
    })

    test('with undoes ends a running deletion', async () => {
      await using world = await begin()
      await fill(world, '/a/', maxFilesPerStep + 5)
      const deletion = await start(world, remove)
      await finish(world, { kind: 'restore', undoes: deletion.operation.id })
      const stopped = await world.folders.get(user, deletion.operation.id)
      expect(stopped?.state).toBe('stopped')
      expect(await world.folders.advance(user, deletion.operation.id)).toMatchObject({
        operation: { state: 'stopped' },
      })
      expect(await pathsOf(world)).toHaveLength(maxFilesPerStep + 5)
      expect(await pathsOf(world, true)).toEqual([])
    })

    test('with undoes throws not-found for an unknown deletion', async () => {
      await using world = await begin()
      await world.upload('/a/x')
      const { operation } = await start(world, move)
      for (const undoes of [newId(), operation.id]) {
        expect(await codeOf(start(world, { kind: 'restore', undoes }))).toBe('not-found')
      }
    })
  })

  describe('operations', () => {
    test('throws too-many-requests beyond maxRunningOperations, unless one step is enough', async () => {
      await using world = await begin()
      // A move of pending files changes nothing, and needs a second step.
      for (let i = 0; i < maxFilesPerStep; i += 1) await world.reserve(`/a/${i}`)
      await world.upload('/small/x')
      const started = []
      for (let i = 0; i < maxRunningOperations; i += 1) started.push(await start(world, move))
      expect(await codeOf(start(world, remove))).toBe('too-many-requests')
      expect(await world.recordCounters()).toMatchObject({ openUploads: maxFilesPerStep })
      await start(world, { kind: 'delete', folder: '/small/' })
      await world.folders.advance(user, started[0]?.operation.id ?? '')
      expect(await codeOf(start(world, remove))).toBe('none')
    })

    test('listRunning lists running operations of all workspaces by their last step', async () => {
      await using world = await begin()
      await fill(world, '/a/', maxFilesPerStep)
      await fill(world, '/c/', maxFilesPerStep)
      await world.upload('/d/x')
      const first = await start(world, { kind: 'delete', folder: '/c/' })
      world.advance(10)
      const second = await start(world, move)
      await start(world, { kind: 'delete', folder: '/d/' })
      const before = new Date(world.now.getTime() + 1)
      const all = await world.folders.listRunning({ before, limit: 10 })
      expect(all).toEqual([first.operation, second.operation])
      expect(await world.folders.listRunning({ before: world.now, limit: 10 })).toHaveLength(1)
      expect(await world.folders.listRunning({ before, limit: 1 })).toEqual([first.operation])
      await world.folders.advance(user, first.operation.id)
      expect(await world.folders.listRunning({ before, limit: 10 })).toEqual([second.operation])
    })

    test('keep the trash and the paths of other files', async () => {
      await using world = await begin()
      await world.upload('/a/x', { maxBytes: 3 })
      await world.upload('/a/x', { maxBytes: 4, onConflict: 'replace' })
      await finish(world, move)
      expect(await pathsOf(world, true)).toEqual(['/a/x'])
      expect(await world.catalog.getByPath(user, parsePath('/b/x'))).toMatchObject({ sizeBytes: 4 })
    })
  })
}
