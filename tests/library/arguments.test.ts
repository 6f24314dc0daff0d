import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorkspace, storeMedia, type OpenWorkspace } from '../../library/index.ts'
import { openLibraryWorld } from './library-world.ts'

let opened: AsyncDisposableStack | undefined
let world: Awaited<ReturnType<typeof openLibraryWorld>>
let workspace: OpenWorkspace

beforeAll(async () => {
  opened = new AsyncDisposableStack()
  world = opened.use(await openLibraryWorld())
  workspace = opened.use(await openWorkspace({ env: world.env }))
})
afterAll(() => opened?.disposeAsync())

/** Calls without types, as JavaScript programs can make them. */
// eslint-disable-next-line typescript/no-explicit-any
const untyped = () => workspace as any
const request = {
  file: 'data:,x',
  context: { executionId: 'run' },
  returnFormat: 'for_external_api',
}

type Call = [name: string, field: string, call: () => unknown]

const calls: Call[] = [
  ['write without a path', 'path', () => untyped().write()],
  ['write without bytes', 'content', () => untyped().write('/a')],
  ['write with a number as content', 'content', () => untyped().write('/a', 5)],
  ['write with null as content', 'content', () => untyped().write('/a', null)],
  [
    'write with an ArrayBuffer as content',
    'content',
    () => untyped().write('/a', new ArrayBuffer(1)),
  ],
  ['write with null as options', 'options', () => untyped().write('/a', 'x', null)],
  [
    'write with an unknown option',
    'overwritten',
    () => untyped().write('/a', 'x', { overwritten: true }),
  ],
  ['write with an invalid signal', 'signal', () => untyped().write('/a', 'x', { signal: 5 })],
  [
    'write with metadata that is too long',
    'metadata',
    () => untyped().write('/a', 'x', { metadata: { a: 'x'.repeat(20_000) } }),
  ],
  [
    'write with a lone surrogate in metadata',
    'metadata',
    () => untyped().write('/a', 'x', { metadata: { a: '\ud800' } }),
  ],
  [
    'write with cyclic metadata',
    'metadata',
    () => untyped().write('/a', 'x', { metadata: circular() }),
  ],
  ['read without a file', 'file', () => untyped().read()],
  ['read with a number as file', 'file', () => untyped().read(5)],
  ['read with a number as range', 'range', () => untyped().read('/a', 5)],
  ['read with a range of strings', 'range.start', () => untyped().read('/a', { start: 'first' })],
  ['get without a file', 'file', () => untyped().get()],
  ['get with null as file', 'file', () => untyped().get(null)],
  ['list with an unknown sort', 'sort', () => untyped().list({ sort: 'nonsense' })],
  ['list with an unknown order', 'order', () => untyped().list({ order: 'up' })],
  ['list with a negative offset', 'offset', () => untyped().list({ offset: -5 })],
  ['list with a fractional offset', 'offset', () => untyped().list({ offset: 0.5 })],
  ['list with a limit of 0', 'limit', () => untyped().list({ limit: 0 })],
  ['list with an invalid state', 'state', () => untyped().list({ state: 'lost' })],
  ['list with an invalid origin', 'origin', () => untyped().list({ origin: 'moon' })],
  ['list with a flag as a string', 'deleted', () => untyped().list({ deleted: 'true' })],
  ['list with a number as prefix', 'prefix', () => untyped().list({ prefix: 5 })],
  ['list with an unknown option', 'q', () => untyped().list({ q: 'a' })],
  ['list with a string as options', 'options', () => untyped().list('all')],
  ['list with an invalid cursor', 'cursor', () => untyped().list({ cursor: 'x' })],
  ['update without changes', 'changes', () => untyped().update('/a')],
  ['update without a file', 'file', () => untyped().update()],
  ['copy without a path', 'path', () => untyped().copy('/a')],
  [
    'copy with a flag as a string',
    'options.overwrite',
    () => untyped().copy('/a', '/b', { overwrite: 'yes' }),
  ],
  ['delete without a file', 'file', () => untyped().delete()],
  [
    'delete with an unknown option',
    'options.purged',
    () => untyped().delete('/a', { purged: true }),
  ],
  ['restore with a number as path', 'path', () => untyped().restore('/a', 5)],
  ['versions without a file', 'file', () => untyped().versions()],
  ['versions with a limit of 0', 'options.limit', () => untyped().versions('/a', { limit: 0 })],
  ['restoreVersion without a version', 'version', () => untyped().restoreVersion('/a')],
  ['folders with a number as prefix', 'prefix', () => untyped().folders({ prefix: 5 })],
  ['folders with an invalid session', 'session', () => untyped().folders({ session: '../x' })],
  ['folders with an invalid cursor', 'cursor', () => untyped().folders({ cursor: 'x' })],
  ['moveFolder without a target', 'to', () => untyped().moveFolder('/a')],
  ['moveFolder into the folder', 'to', () => untyped().moveFolder('/a', '/a/b')],
  ['moveFolder of a path with ..', 'from', () => untyped().moveFolder('/../a', '/b')],
  [
    'moveFolder with an unknown option',
    'options.wait',
    () => untyped().moveFolder('/a', '/b', { wait: 5 }),
  ],
  ['deleteFolder without a folder', 'folder', () => untyped().deleteFolder()],
  ['restoreFolder without a folder', 'from', () => untyped().restoreFolder()],
  [
    'restoreFolder with both names',
    'from.folder',
    () => untyped().restoreFolder({ folder: '/a', operation: 'x' }),
  ],
  ['operation without an id', 'id', () => untyped().operation()],
  ['archive without a selection', 'from', () => untyped().archive()],
  ['archive of nothing', 'folder', () => untyped().archive({})],
  ['archive of no files', 'files', () => untyped().archive({ files: [] })],
  [
    'archive of 101 files',
    'files',
    () => untyped().archive({ files: Array.from({ length: 101 }, () => '/a') }),
  ],
  ['storeMedia without a request', 'request', () => untyped().storeMedia()],
  [
    'storeMedia without a file',
    'file',
    () => untyped().storeMedia({ ...request, file: undefined }),
  ],
  [
    'storeMedia without a context',
    'context',
    () => untyped().storeMedia({ ...request, context: undefined }),
  ],
  [
    'storeMedia without an execution',
    'context.executionId',
    () => untyped().storeMedia({ ...request, context: {} }),
  ],
  [
    'storeMedia with an unknown format',
    'returnFormat',
    () => untyped().storeMedia({ ...request, returnFormat: 'for_fun' }),
  ],
  [
    'storeMedia without a format',
    'returnFormat',
    () => untyped().storeMedia({ ...request, returnFormat: undefined }),
  ],
  ['executionDirectory without an id', 'executionId', () => untyped().executionDirectory()],
  [
    'executionDirectory with an id that contains ..',
    'executionId',
    () => untyped().executionDirectory('../x'),
  ],
  ['cleanExecution without an id', 'executionId', () => untyped().cleanExecution()],
  ['forUser without a user', 'userId', () => untyped().forUser()],
  ['forUser with an empty user', 'userId', () => untyped().forUser('')],
  ['forUser with a lone surrogate', 'userId', () => untyped().forUser('a\ud800')],
  ['forUser with NUL', 'userId', () => untyped().forUser('a\0')],
  ['forUser with a user that is too long', 'userId', () => untyped().forUser('é'.repeat(128))],
  ['forUser with an invalid session', 'session', () => untyped().forUser('ada', '../x')],
  ['sweep with an invalid signal', 'signal', () => untyped().sweep({ signal: true })],
  [
    'openWorkspace with a number as user',
    'userId',
    () => openWorkspace({ env: world.env, userId: 5 as never }),
  ],
  [
    'openWorkspace with an unknown option',
    'user',
    () => openWorkspace({ env: world.env, user: 'ada' } as never),
  ],
  ['openWorkspace with a string as options', 'options', () => openWorkspace('ada' as never)],
]

function circular() {
  const value: Record<string, unknown> = {}
  value['self'] = value
  return value
}

describe('arguments of the library', () => {
  test.each(calls)('rejects %s and names the argument: %s', async (_, field, call) => {
    const refused = await (async () => call())().catch((error: unknown) => error)
    expect(refused).toMatchObject({
      name: 'WorkspaceError',
      code: 'invalid-request',
      errors: expect.arrayContaining([expect.objectContaining({ field })]) as unknown,
    })
  })

  test('storeMedia rejects an invalid workspace', async () => {
    await expect(storeMedia(undefined as never, request as never)).rejects.toThrow(
      'workspace: must be',
    )
  })

  test('read rejects an unusable start with range-not-satisfiable', async () => {
    await workspace.write('/range.txt', 'abc')
    for (const start of [3, -1, Number.NaN, Infinity, 0.5]) {
      await expect(workspace.read('/range.txt', { start })).rejects.toMatchObject({
        code: 'range-not-satisfiable',
      })
    }
  })
})

describe('executionDirectory', () => {
  test('returns different directories for the same execution id of two users', async () => {
    const [ada, bob] = [workspace.forUser('ada'), workspace.forUser('bob')]
    expect(ada.executionDirectory('run')).not.toBe(bob.executionDirectory('run'))
    expect(ada.executionDirectory('run')).toBe(workspace.forUser('ada').executionDirectory('run'))
    const local = { context: { executionId: 'run' }, returnFormat: 'for_local_processing' } as const
    const path = await ada.storeMedia({ file: 'data:text/plain,of%20ada', ...local })
    await writeFile(join(ada.executionDirectory('run'), 'made.txt'), 'of ada')
    for (const file of [path, 'made.txt', join(ada.executionDirectory('run'), 'made.txt')]) {
      await expect(bob.storeMedia({ file, ...local })).rejects.toMatchObject({
        name: 'WorkspaceError',
      })
    }
    await bob.cleanExecution('run')
    expect(await ada.storeMedia({ file: 'made.txt', ...local })).toBe('made.txt')
    await ada.cleanExecution('run')
    expect(await world.left()).toEqual([])
  })

  test('returns different directories for ids of the maximum length', () => {
    const id = 'x'.repeat(127)
    expect(workspace.executionDirectory(`${id}a`)).not.toBe(workspace.executionDirectory(`${id}b`))
  })
})
