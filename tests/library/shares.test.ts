import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { createApp } from '../../shared/http/app.ts'
import { openRuntime } from '../../shared/runtime/runtime.ts'
import { loadConfig } from '../../shared/config/load-config.ts'
import { shareLinkRoutes } from '../../functions/download/share-links.ts'
import { openLocal } from '../../shared/http/auth/local.ts'
import { useWorkspace } from './library-world.ts'

const { world, workspace, newUser } = useWorkspace()

/** The service over the same stores. */
async function openService() {
  const config = loadConfig(world().env, { isServed: false })
  const runtime = await openRuntime({ ...config, clamd: undefined })
  const authenticate = openLocal({ origins: [] })
  const context = { authenticate, log: () => undefined, corsOrigins: [] }
  const app = createApp(context, shareLinkRoutes(runtime.ports, config.server))
  return {
    load: (token: string, path = '') => app.request(`/api/workspace/s/${token}${path}`),
    [Symbol.asyncDispose]: () => runtime[Symbol.asyncDispose](),
  }
}

describe('share links of an opened workspace', () => {
  test('are served by a service over the same stores, and counted', async () => {
    await using service = await openService()
    const user = newUser()
    const { id } = await user.write('/folder/a.txt', 'hello')
    const file = await user.share({ file: '/folder/a.txt' }, { expiresIn: 60 })
    const folder = await user.share({ folder: '/folder' })
    expect(file).toMatchObject({ fileId: id, state: 'active', downloadCount: 0 })
    expect(Date.parse(file.expiresAt) - Date.parse(file.createdAt)).toBe(60_000)
    expect(await (await service.load(file.token)).text()).toBe('hello')
    expect(await (await service.load(folder.token, '/files/a.txt')).text()).toBe('hello')
    const { shares, hasMore } = await user.shares()
    expect(hasMore).toBe(false)
    expect(shares.map((share) => [share.id, share.downloadCount])).toEqual(
      expect.arrayContaining([
        [file.id, 1],
        [folder.id, 1],
      ]),
    )
    expect(JSON.stringify(shares)).not.toContain(file.token)
    await user.revokeShare(file.id)
    await user.revokeShare(file.id)
    expect((await service.load(file.token)).status).toBe(410)
  })

  test('are listed in pages, and belong to one user or session', async () => {
    const user = newUser()
    await user.write('/sessions/s1/a.txt', 'x')
    for (let i = 0; i < 3; i += 1) await user.share({ folder: '/sessions/s1' })
    const first = await user.shares({ limit: 2 })
    const { nextCursor: cursor = '' } = first
    expect(first.shares).toHaveLength(2)
    const { shares: last } = await user.shares({ limit: 2, cursor })
    expect(last).toHaveLength(1)
    const bound = workspace().forUser(user.userId, 's1')
    const own = await bound.share({ file: '/sessions/s1/a.txt' })
    expect((await bound.shares()).shares.map(({ id }) => id)).toEqual([own.id])
    await expect(bound.revokeShare(last[0]?.id ?? '')).rejects.toThrow(/^id: /)
    await expect(newUser().revokeShare(own.id)).rejects.toMatchObject({ code: 'not-found' })
  })

  test('refuse invalid arguments by name', async () => {
    const user = newUser()
    await user.write('/a.txt', 'x')
    const target = { file: '/a.txt' }
    const never = { file: '/a.txt', folder: '/' } as never
    await expect(user.share(never)).rejects.toThrow(/^target.file: is required, unless/)
    await expect(user.share(target, { expiresIn: 0 })).rejects.toThrow(/^options.expiresIn: /)
    await expect(user.share({ folder: '/' })).rejects.toThrow(/^folder: must not be the whole/)
    await expect(user.share({ file: '/none' })).rejects.toMatchObject({ code: 'not-found' })
    await expect(user.shares({ limit: 0 })).rejects.toThrow(/^limit: /)
    const { body } = await user.read('/a.txt')
    expect(await text(body)).toBe('x')
  })
})
