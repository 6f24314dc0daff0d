import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createCursor } from '../../shared/model/cursor.ts'
import { remove, removeSession } from '../../shared/workspace/delete.ts'
import { list } from '../../shared/workspace/list.ts'
import { parsePath, parseSessionId } from '../../shared/model/path.ts'
import { sweep } from '../../shared/workspace/sweep/sweep.ts'
import { copy, restore } from '../../shared/workspace/update.ts'
import { awaitOutcome } from '../../shared/workspace/upload/upload-and-wait.ts'
import { caller, openLocalWorkspace, type LocalWorkspace } from './local-workspace.ts'

const session = parseSessionId('s1')
const bound = { ...caller, session }

describe('a caller bound to a session', () => {
  let workspace: LocalWorkspace
  beforeEach(async () => {
    workspace = await openLocalWorkspace()
  })
  afterEach(() => workspace[Symbol.asyncDispose]())

  const ready = async (path: string) => {
    const file = await workspace.upload(path, 'hello')
    workspace.pass(1)
    await sweep(workspace.ports, { pendingAgeSeconds: 0, abandonedBefore: new Date(0) })
    return file
  }

  const page = (cursor?: string) =>
    list(workspace.ports, bound, { sort: 'path', limit: 10, cursor })

  it('cannot move a file from outside into its session, deleted or not', async () => {
    const file = await ready('/secret.txt')
    const inside = parsePath('/sessions/s1/stolen.txt')
    const attempt = () => restore(workspace.ports, bound, file.id, { path: inside })
    await expect(attempt()).rejects.toMatchObject({ code: 'forbidden' })
    await remove(workspace.ports, caller, { id: file.id })
    await expect(attempt()).rejects.toMatchObject({ code: 'forbidden' })
    await expect(restore(workspace.ports, caller, file.id, { path: inside })).resolves.toBeDefined()
  })

  it('cannot list outside its session with a forged cursor', async () => {
    await ready('/secret.txt')
    await ready('/sessions/s1/a.txt')
    const query = {
      workspaceId: 'ann',
      sessionId: session,
      deleted: false,
      sort: 'path' as const,
      descending: false,
    }
    expect((await page()).files.map(({ path }) => path)).toEqual(['/sessions/s1/a.txt'])
    for (const position of [{ path: '/', sequence: 1 }, { sequence: 1 }]) {
      await expect(page(createCursor(query, position))).rejects.toThrow(/^cursor: /)
    }
  })

  it('loses only the files still in its session when the session is deleted', async () => {
    const left = await ready('/sessions/s1/left.txt')
    const { catalog } = workspace.ports
    const moving = {
      ...workspace.ports,
      catalog: new Proxy(catalog, {
        get(target, name: keyof typeof catalog) {
          const method = target[name].bind(target) as (...input: unknown[]) => Promise<unknown>
          if (name !== 'removeSession') return method
          return async (...input: unknown[]) => {
            await catalog.update('ann', left.id, { path: parsePath('/kept.txt') })
            return method(...input)
          }
        },
      }),
    }
    await removeSession(moving, caller, session)
    expect(await catalog.get('ann', left.id)).toMatchObject({ path: '/kept.txt', isDeleted: false })
  })
})

describe('a concurrent change', () => {
  let workspace: LocalWorkspace
  beforeEach(async () => {
    workspace = await openLocalWorkspace()
  })
  afterEach(() => workspace[Symbol.asyncDispose]())

  it('fails a copy with not-found and releases its reservation when the source is purged', async () => {
    const source = await workspace.upload('/a.txt', 'hello')
    workspace.pass(1)
    await sweep(workspace.ports, { pendingAgeSeconds: 0, abandonedBefore: new Date(0) })
    const { blobs } = workspace.ports
    const purging = Object.create(blobs, {
      copy: {
        value: async (...input: Parameters<typeof blobs.copy>) => {
          await remove(workspace.ports, caller, { id: source.id }, { purge: true })
          return blobs.copy(...input)
        },
      },
      locate: { value: blobs.locate.bind(blobs) },
    }) as typeof blobs
    const started = copy({ ...workspace.ports, blobs: purging }, caller, {
      id: source.id,
      path: parsePath('/b.txt'),
      onConflict: 'fail',
    })
    await expect(started).rejects.toMatchObject({ code: 'not-found' })
    expect(await workspace.ports.catalog.usage('ann')).toMatchObject({ reservedBytes: 0 })
  })

  it('deletes the bytes of an upload when its pending file is deleted', async () => {
    const file = await workspace.upload('/a.txt', 'hello')
    await workspace.ports.catalog.remove('ann', file.id)
    expect(await awaitOutcome(workspace.ports, file, { seconds: 0 })).toMatchObject({
      outcome: 'refused',
      error: { code: 'gone' },
    })
    expect(await workspace.ports.blobs.stat(file.storagePath)).toBeUndefined()
  })
})
