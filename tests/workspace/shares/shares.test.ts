import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCursor } from '../../../shared/model/cursor.ts'
import { parseSessionId } from '../../../shared/model/path.ts'
import { infected } from '../../ports/catalog/world.ts'
import { remove } from '../../../shared/workspace/delete.ts'
import { scan } from '../../../shared/workspace/scan/scan.ts'
import { createShare, type ShareRequest } from '../../../shared/workspace/shares/create-share.ts'
import { listShares, revokeShare } from '../../../shared/workspace/shares/list-shares.ts'
import { openShare } from '../../../shared/workspace/shares/open-share.ts'
import {
  sharedContent,
  sharedFile,
  sharedFileAt,
} from '../../../shared/workspace/shares/shared-file.ts'
import { listSharedFiles, sharedArchive } from '../../../shared/workspace/shares/shared-folder.ts'
import { update } from '../../../shared/workspace/update.ts'
import { parsePath } from '../../../shared/model/path.ts'
import { caller, openLocalWorkspace, type LocalWorkspace } from '../local-workspace.ts'

const session = parseSessionId('s1')
const bound = { ...caller, session }

let workspace: LocalWorkspace
beforeEach(async () => {
  workspace = await openLocalWorkspace()
})
afterEach(() => workspace[Symbol.asyncDispose]())

async function store(path: string): Promise<string> {
  const { id, storagePath } = await workspace.upload(path, path)
  const blob = await workspace.ports.blobs.stat(storagePath)
  if (blob) await scan(workspace.ports, blob)
  return id
}

const create = (target: ShareRequest['target'], by = caller, expiresInSeconds?: number) =>
  createShare(workspace.ports, by, { target, expiresInSeconds })

describe('a share', () => {
  test('is stored without its token', async () => {
    const { share, token } = await create({ fileId: await store('/a.txt') })
    const stored = await workspace.ports.shares.list({ workspaceId: caller.workspaceId, limit: 9 })
    expect(stored.shares).toEqual([share])
    expect(JSON.stringify(stored)).not.toContain(token)
    expect(await openShare(workspace.ports, token)).toEqual(share)
    for (const other of [share.id, `${token}A`, token.slice(1), '']) {
      await expect(openShare(workspace.ports, other)).rejects.toMatchObject({ code: 'not-found' })
    }
  })

  test('expires, and is unknown 30 days later', async () => {
    const { token } = await create({ fileId: await store('/a.txt') }, caller, 60)
    workspace.pass(59_000)
    await openShare(workspace.ports, token)
    workspace.pass(1_001)
    await expect(openShare(workspace.ports, token)).rejects.toMatchObject({ code: 'share-expired' })
    workspace.pass(30 * 86_400_000)
    await expect(openShare(workspace.ports, token)).rejects.toMatchObject({ code: 'not-found' })
  })

  test('of an infected file serves nothing and says no reason, also if the verdict comes while it is read', async () => {
    const id = await store('/a.txt')
    const { share } = await create({ fileId: id })
    const file = await sharedFile(workspace.ports, share)
    const content = await sharedContent(workspace.ports, share, file)
    expect(await text(await content.open())).toBe('/a.txt')
    const later = { generation: file.generation, scan: infected }
    await workspace.ports.catalog.applyRescan(caller.workspaceId, file.id, later)
    await workspace.ports.blobs.remove(file)
    const refused = { code: 'not-found', file: undefined, message: /leads to nothing now/ }
    await expect(sharedFile(workspace.ports, share)).rejects.toMatchObject(refused)
    await expect(content.open()).rejects.toMatchObject(refused)
    await expect(content.bytes({ start: 0, end: 0 })).rejects.toMatchObject(refused)
  })

  test('of a file whose bytes are missing says no reason', async () => {
    const { share } = await create({ fileId: await store('/a.txt') })
    const file = await sharedFile(workspace.ports, share)
    await workspace.ports.blobs.remove(file)
    const mark = { generation: file.generation, since: new Date() }
    await workspace.ports.catalog.markMissing(caller.workspaceId, file.id, mark)
    const marked = await sharedFile(workspace.ports, share)
    const refused = { code: 'not-found', file: undefined }
    await expect(sharedContent(workspace.ports, share, marked)).rejects.toMatchObject(refused)
  })

  test('of a folder lists every ready file past any number of others', async () => {
    for (const path of ['/folder/a.txt', '/folder/z.txt']) await store(path)
    const { share } = await create({ folder: '/folder' })
    for (let i = 0; i < 30; i += 1) await workspace.upload(`/folder/m${i}`, '')
    const request = { limit: 5, maxExamined: 1 }
    const { files, ...page } = await listSharedFiles(workspace.ports, share, request)
    expect(files.map(({ path }) => path)).toEqual(['/folder/a.txt', '/folder/z.txt'])
    expect(page).toEqual({ hasMore: false })
  })

  test('of a folder with too many files or none has no archive, and says what to do', async () => {
    const fileId = await store('/a/x.txt')
    await store('/a/y.txt')
    const { share } = await create({ folder: '/a' })
    await expect(sharedArchive(workspace.ports, share, 1)).rejects.toThrow(
      /at most 1 files.*GET \/api\/workspace\/s\/\{token\}\/files/,
    )
    const { share: one } = await create({ fileId })
    await expect(sharedArchive(workspace.ports, one)).rejects.toThrow(/leads to one file/)
    const gone = { ...share, target: { folder: '/none/' } }
    await expect(sharedArchive(workspace.ports, gone)).rejects.toThrow(/leads to nothing now/)
  })
})

describe('a share of a token that is bound to a session', () => {
  test('has only targets in the session', async () => {
    const outside = await store('/a/x.txt')
    const other = await store('/sessions/s12/x.txt')
    await store('/sessions/s1/in/x.txt')
    for (const fileId of [outside, other]) {
      await expect(create({ fileId }, bound)).rejects.toMatchObject({ code: 'not-found' })
    }
    for (const folder of ['/a', '/sessions', '/sessions/s12']) {
      await expect(create({ folder }, bound)).rejects.toMatchObject({ code: 'forbidden' })
    }
    for (const folder of ['in', '/sessions/s1', '/sessions/s1/in/']) {
      const { share } = await create({ folder }, bound)
      const { files } = await listSharedFiles(workspace.ports, share, { limit: 9 })
      expect(files.map(({ path }) => path)).toEqual(['/sessions/s1/in/x.txt'])
    }
  })

  test('is the only kind that such a token lists and revokes', async () => {
    const fileId = await store('/sessions/s1/x.txt')
    const { share: free } = await create({ fileId })
    const { share } = await create({ fileId }, bound)
    const listed = await listShares(workspace.ports, bound, { limit: 9 })
    expect(listed.shares).toEqual([share])
    await expect(revokeShare(workspace.ports, bound, free.id)).rejects.toThrow(/^id: /)
    expect((await listShares(workspace.ports, caller, { limit: 9 })).shares).toHaveLength(2)
    const { nextCursor = '' } = await listShares(workspace.ports, caller, { limit: 1 })
    const foreign = listShares(workspace.ports, bound, { limit: 1, cursor: nextCursor })
    await expect(foreign).rejects.toThrow(/^cursor: /)
    expect(await revokeShare(workspace.ports, bound, share.id)).toMatchObject({ id: share.id })
  })

  test('serves nothing that has left the session', async () => {
    const fileId = await store('/sessions/s1/x.txt')
    const { share } = await create({ fileId }, bound)
    const { share: free } = await create({ fileId })
    await sharedFile(workspace.ports, share)
    await update(workspace.ports, caller, fileId, { path: parsePath('/x.txt') })
    await expect(sharedFile(workspace.ports, share)).rejects.toMatchObject({ code: 'not-found' })
    expect(await sharedFile(workspace.ports, free)).toMatchObject({ path: '/x.txt' })
  })
})

describe('a forged cursor', () => {
  test('of the list of shares is refused, or reaches only the own list', async () => {
    const fileId = await store('/a.txt')
    await create({ fileId })
    const query = { shares: true, workspaceId: caller.workspaceId }
    const at = (position: object) =>
      listShares(workspace.ports, caller, { limit: 9, cursor: createCursor(query, position) })
    const id = 'f'.repeat(64)
    const later = new Date(workspace.ports.now().getTime() + 1000).toISOString()
    expect((await at({ createdAt: later, id })).shares).toHaveLength(1)
    for (const position of [
      { createdAt: later, id: '\ud800' },
      { createdAt: '\ud800', id },
      { createdAt: later, id, workspaceId: 'other' },
      { path: '/', sequence: 1 },
    ]) {
      await expect(at(position)).rejects.toThrow(/^cursor: /)
    }
  })

  test('of a shared folder is refused, or reaches only its files', async () => {
    for (const path of ['/a/x.txt', '/b/x.txt', '/c/x.txt']) await store(path)
    const { share } = await create({ folder: '/b' })
    const at = (position: object) => {
      const cursor = createCursor({ share: share.id }, position)
      return listSharedFiles(workspace.ports, share, { limit: 9, cursor })
    }
    for (const name of ['', '../a/', '/', '../a/x.txt']) {
      const { files } = await at({ name })
      expect(files.map(({ path }) => path)).toEqual(['/b/x.txt'])
    }
    expect((await at({ name: 'x.txt' })).files).toEqual([])
    for (const position of [{ name: '\ud800' }, { path: '/a/', sequence: 0 }, {}]) {
      await expect(at(position)).rejects.toThrow(/^cursor: /)
    }
  })
})

describe('a path below a shared folder', () => {
  test('is a file of the folder, of the same workspace, that is ready', async () => {
    const id = await store('/a/deep/x.txt')
    await store('/a.txt')
    const { share } = await create({ folder: '/a' })
    const at = (path: string) => sharedFileAt(workspace.ports, share, path)
    expect(await at('/deep/x.txt')).toMatchObject({ id })
    const foreign = { ...share, workspaceId: 'other' }
    const elsewhere = sharedFileAt(workspace.ports, foreign, '/deep/x.txt')
    await expect(elsewhere).rejects.toMatchObject({ code: 'not-found' })
    for (const path of ['/deep', '/x.txt', '.txt', '/../a.txt']) {
      await expect(at(path)).rejects.toThrow(/^path: /)
    }
    const long = `/${'x'.repeat(250)}`.repeat(4) + '/yyyyyyyyyyyyyyyyy'
    await expect(at(long)).rejects.toMatchObject({ code: 'not-found' })
    await workspace.upload('/a/pending.txt', 'text')
    await expect(at('/pending.txt')).rejects.toMatchObject({ code: 'not-found' })
    await remove(workspace.ports, caller, { id }, { purge: false })
    await expect(at('/deep/x.txt')).rejects.toMatchObject({ code: 'not-found' })
  })
})
