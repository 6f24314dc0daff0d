import { randomUUID } from 'node:crypto'
import { buffer, text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { useWorkspace } from './library-world.ts'

const { workspace, newUser } = useWorkspace()

/** The names and the contents of a ZIP without compression, as text. */
async function unzipped(body: NodeJS.ReadableStream): Promise<string> {
  return (await buffer(body)).toString('latin1')
}

describe('folders of an opened workspace', () => {
  test('are listed with the number and the bytes of their files, in pages', async () => {
    const user = newUser()
    for (const path of ['/a/1', '/a/b/2', '/c/3']) await user.write(path, 'xy')
    const first = await user.folders({ limit: 1 })
    expect(first).toMatchObject({
      folders: [{ path: '/a/', fileCount: 2, sizeBytes: 4 }],
      hasMore: true,
    })
    const { nextCursor: cursor = '' } = first
    expect((await user.folders({ cursor })).folders).toMatchObject([{ path: '/c/' }])
    expect((await user.folders({ prefix: '/a' })).folders).toMatchObject([{ path: '/a/b/' }])
  })

  test('are moved, and a file whose target is taken stays', async () => {
    const user = newUser()
    for (const path of ['/from/1', '/from/2', '/to/2']) await user.write(path, path)
    const moved = await user.moveFolder('/from', '/to')
    expect(moved).toMatchObject({
      state: 'done',
      changedCount: 1,
      refused: [{ path: '/from/2', code: 'path-taken' }],
    })
    expect(moved).not.toHaveProperty('workspaceId')
    expect(await user.operation(moved.id)).toEqual(moved)
    const { files } = await user.list({ sort: 'path' })
    expect(files.map(({ path }) => path)).toEqual(['/from/2', '/to/1', '/to/2'])
  })

  test('are deleted, and restored by their path or by the deletion', async () => {
    const user = newUser()
    await user.write('/f/early', 'x')
    await user.delete('/f/early')
    await user.write('/f/late', 'x')
    const paths = async () => (await user.list({ sort: 'path' })).files.map(({ path }) => path)
    const deleted = await user.deleteFolder('/f/')
    expect(deleted).toMatchObject({ kind: 'delete', state: 'done', changedCount: 1 })
    expect(await paths()).toEqual([])
    await user.restoreFolder({ operation: deleted.id })
    expect(await paths()).toEqual(['/f/late'])
    await user.deleteFolder('/f/')
    await user.restoreFolder({ folder: '/f' })
    expect(await paths()).toEqual(['/f/early', '/f/late'])
  })

  test('continue to move after the wait, when operation waits', async () => {
    const user = newUser()
    const names = Array.from({ length: 60 }, (_, index) => `/big/${index}`)
    await Promise.all(names.map((path) => user.write(path, 'x')))
    const started = await user.moveFolder('/big', '/moved', { waitSeconds: 0 })
    expect(started).toMatchObject({ state: 'running', changedCount: 50 })
    expect(await user.operation(started.id)).toMatchObject({ state: 'done', changedCount: 60 })
    expect((await user.folders()).folders).toMatchObject([{ path: '/moved/', fileCount: 60 }])
  })

  test('of a session are relative to it, and others are refused', async () => {
    const id = randomUUID()
    const bound = workspace().forUser(id, 'run-1')
    await bound.write('in/a.txt', 'x')
    await workspace().forUser(id).write('/outside/b.txt', 'x')
    expect((await bound.folders()).folders).toMatchObject([{ path: '/sessions/run-1/in/' }])
    const { changedCount } = await bound.moveFolder('in', 'out')
    expect(changedCount).toBe(1)
    expect((await bound.get('/sessions/run-1/out/a.txt')).state).toBe('ready')
    const foreign = [
      () => bound.deleteFolder('/outside'),
      () => bound.moveFolder('/outside', 'here'),
      () => bound.moveFolder('out', '/outside'),
      () => bound.restoreFolder({ folder: '/outside' }),
    ]
    for (const call of foreign) await expect(call()).rejects.toMatchObject({ code: 'forbidden' })
    await expect(bound.archive({ folder: '/outside' })).rejects.toMatchObject({ code: 'not-found' })
    const deleted = await workspace().forUser(id).deleteFolder('/outside')
    await expect(bound.operation(deleted.id)).rejects.toMatchObject({ code: 'not-found' })
    const undo = bound.restoreFolder({ operation: deleted.id })
    await expect(undo).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('versions of an opened workspace', () => {
  test('are listed in pages and brought back by an id, a path or a reference', async () => {
    const user = newUser()
    const old = await user.write('/a.txt', 'old')
    const present = await user.write('/a.txt', 'new', { overwrite: true })
    const { versions } = await user.versions('/a.txt')
    expect(versions.map(({ id }) => id)).toEqual([present.id, old.id])
    expect(await user.versions(old.id, { limit: 1 })).toMatchObject({ hasMore: false })
    const restored = await user.restoreVersion('/a.txt', `workspace://${old.id}`)
    expect(restored).toMatchObject({ id: old.id, isDeleted: false })
    expect(await text((await user.read('/a.txt')).body)).toBe('old')
    const other = await user.write('/b.txt', 'b')
    const wrong = user.restoreVersion('/a.txt', other.id)
    await expect(wrong).rejects.toMatchObject({ code: 'not-found' })
    await expect(newUser().versions(old.id)).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('archives of an opened workspace', () => {
  test('hold a folder, or files by their ids or paths', async () => {
    const user = newUser()
    const { id } = await user.write('/f/g/one.txt', 'first')
    await user.write('/f/two.txt', 'second')
    const folder = await user.archive({ folder: '/f' })
    expect(folder.name).toBe('f.zip')
    const bytes = await unzipped(folder.body)
    for (const part of ['PK', 'f/g/one.txt', 'first', 'f/two.txt', 'second']) {
      expect(bytes).toContain(part)
    }
    const files = await user.archive({ files: [id, '/f/two.txt'] })
    expect(files.name).toBe('files.zip')
    expect(await unzipped(files.body)).toContain('one.txt')
  })

  test('refuse an empty folder, an unknown file and a deleted one', async () => {
    const user = newUser()
    const { id } = await user.write('/a.txt', 'x')
    await expect(user.archive({ folder: '/none' })).rejects.toMatchObject({ code: 'not-found' })
    await expect(user.archive({ files: ['/b'] })).rejects.toMatchObject({ code: 'not-found' })
    await user.delete(id)
    await expect(user.archive({ files: [id] })).rejects.toMatchObject({ code: 'gone' })
  })

  test('can be destroyed in the middle', async () => {
    const user = newUser()
    for (const name of ['a', 'b']) await user.write(`/f/${name}`, Buffer.alloc(3_000_000))
    const { body } = await user.archive({ folder: '/f' })
    for await (const chunk of body) {
      expect((chunk as Buffer).length).toBeGreaterThan(0)
      break
    }
    expect(body.destroyed).toBe(true)
  })
})
