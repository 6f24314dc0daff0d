import { expect, it } from 'vitest'
import { deleteRoutes } from '../../functions/delete.ts'
import { maxRemovedAtOnce } from '../../shared/ports/catalog.ts'
import { httpApp } from '../support/http/http-app.ts'
import { openLocalWorkspace } from '../workspace/local-workspace.ts'

it('DELETE of a session is 202 when its time limit ends, and 204 when all files are deleted', async () => {
  await using workspace = await openLocalWorkspace()
  for (let i = 0; i < maxRemovedAtOnce + 1; i += 1) {
    await workspace.upload(`/sessions/s/${i}`, 'x')
  }
  const slow = () => {
    workspace.pass(30_000)
    return workspace.ports.now()
  }
  const { app } = httpApp((routes) =>
    routes.route('/', deleteRoutes({ ...workspace.ports, now: slow })),
  )
  const remove = () => {
    const headers = { Authorization: 'Bearer local:ann', Host: 'localhost' }
    return app.request('/api/workspace/sessions/s', { method: 'DELETE', headers })
  }
  const first = await remove()
  expect([first.status, first.headers.get('retry-after')]).toEqual([202, '1'])
  const query = { sort: 'path', descending: false, deleted: false, limit: 10 } as const
  const left = await workspace.ports.catalog.list({ workspaceId: 'ann', ...query })
  expect(left.files).toHaveLength(1)
  expect((await remove()).status).toBe(204)
  expect((await remove()).status).toBe(204)
})
