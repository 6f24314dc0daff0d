import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { list } from '../../shared/workspace/list.ts'
import { seedCatalog } from '../support/seed-catalog.ts'
import { caller, openLocalWorkspace, type LocalWorkspace } from './local-workspace.ts'

const files = 10_050

describe('list in a workspace with more than 10,000 files', () => {
  let workspace: LocalWorkspace

  beforeAll(async () => {
    workspace = await openLocalWorkspace()
    await seedCatalog(workspace.directory, { workspaceId: caller.workspaceId, files })
  })
  afterAll(() => workspace[Symbol.asyncDispose]())

  test('counts 10,000 files and says that there are more', async () => {
    const page = await list(workspace.ports, caller, { limit: 1, total: true })
    expect(page).toMatchObject({ total: 10_000, totalIsMinimum: true, hasMore: true })
    expect(page).not.toHaveProperty('incompleteResults')
  })

  test('omits totalIsMinimum for an exact total', async () => {
    const page = await list(workspace.ports, caller, { limit: 1, total: true, prefix: '/reports/' })
    expect(page.total).toBe(50)
    expect(page).not.toHaveProperty('totalIsMinimum')
  })

  test('ends a search without matches after 10,000 files, and continues at its cursor', async () => {
    const query = { limit: 10, nameContains: 'no such name' }
    const { nextCursor, ...page } = await list(workspace.ports, caller, query)
    expect(page).toEqual({ files: [], hasMore: true, incompleteResults: true })
    const last = await list(workspace.ports, caller, { ...query, cursor: nextCursor })
    expect(last).toEqual({ files: [], hasMore: false })
  })

  test('finds a file beyond the first 10,000 by following the cursor', async () => {
    const query = { limit: 10, nameContains: 'file-0000000', order: 'desc' } as const
    const { nextCursor } = await list(workspace.ports, caller, query)
    const { files } = await list(workspace.ports, caller, { ...query, cursor: nextCursor })
    expect(files.map(({ name }) => name)).toEqual(['file-0000000.pdf'])
  })

  test('rejects an offset over 10,000 with 400', async () => {
    const [allowed, rejected] = [
      { limit: 1, offset: 10_000 },
      { limit: 1, offset: 10_001 },
    ]
    expect((await list(workspace.ports, caller, allowed)).files).toHaveLength(1)
    await expect(list(workspace.ports, caller, rejected)).rejects.toMatchObject({
      code: 'invalid-request',
    })
  })
})
