import { describe, expect, test } from 'vitest'
import type { SessionId } from '../../../shared/model/ids.ts'
import { parseSessionId } from '../../../shared/model/path.ts'
import {
  maxEvictedShares,
  maxShares,
  purgeAtOf,
  type Share,
} from '../../../shared/model/shares/share.ts'
import type { SharePosition } from '../../../shared/ports/shares.ts'
import {
  checksumOf,
  codeOf,
  newId,
  user,
  World,
  type Begin,
  type OpenCatalog,
} from '../catalog/world.ts'
import { shareOf } from './share.ts'

const minuteMs = 60_000

async function add(world: World, name: string, changed?: Partial<Share>): Promise<Share> {
  const share = shareOf(world, checksumOf(name), changed)
  await world.shares.create(share)
  return share
}

/** All pages, each of at most `limit` shares. */
async function all(world: World, limit: number, session?: SessionId): Promise<Share[]> {
  const shares: Share[] = []
  let after: SharePosition | undefined
  do {
    const scope = { workspaceId: user, ...(session !== undefined && { session }) }
    const page = await world.shares.list({ ...scope, limit, ...(after && { after }) })
    expect(page.shares.length).toBeLessThanOrEqual(limit)
    shares.push(...page.shares)
    after = page.next
  } while (after)
  return shares
}

async function fill(
  world: World,
  count: number,
  changed: Partial<Share> = {},
  name = 'soon',
): Promise<void> {
  for (let start = 0; start < count; start += 50) {
    const numbers = Array.from({ length: 50 }, (_, i) => start + i)
    await Promise.all(numbers.map((i) => add(world, `${name} ${i}`, changed)))
  }
}

/** The contract of `Shares`, for every adapter: one test for each sentence of the port. */
export function describeShares(name: string, open: OpenCatalog): void {
  const begin: Begin = (quotaBytes = 100_000) => World.open(open, quotaBytes)
  describe(`Shares: ${name}`, () => {
    describeReads(begin)
    describeChanges(begin)
    describeLimit(begin)
  })
}

function describeReads(begin: Begin): void {
  test('get resolves to the share with the id, also after its end, until it is purged', async () => {
    await using world = await begin()
    const folder = await add(world, 'a', { session: parseSessionId('s1') })
    const file = await add(world, 'b', { target: { fileId: newId() } })
    for (const share of [folder, file]) expect(await world.shares.get(share.id)).toEqual(share)
    expect(await world.shares.get(checksumOf('c'))).toBeUndefined()
    world.advance(purgeAtOf(folder).getTime() - world.now.getTime() - 1)
    for (const share of [folder, file]) expect(await world.shares.get(share.id)).toEqual(share)
    world.advance(1)
    for (const share of [folder, file]) expect(await world.shares.get(share.id)).toBeUndefined()
  })

  test('list resolves to the shares of a workspace in pages, the last created first', async () => {
    await using world = await begin()
    const first = await add(world, 'first')
    world.advance(1)
    const same = [await add(world, 'x'), await add(world, 'y'), await add(world, 'z')]
    await add(world, 'other', { workspaceId: `${user}0` })
    await add(world, 'another', { workspaceId: 'user' })
    world.advance(minuteMs)
    const last = await add(world, 'last')
    const expected = [last, ...same.toSorted((a, b) => (a.id < b.id ? 1 : -1)), first]
    for (const limit of [1, 2, 3, 5, 6]) expect(await all(world, limit)).toEqual(expected)
  })

  test('list with session excludes shares of other sessions and of none', async () => {
    await using world = await begin()
    const [s1, s2] = [parseSessionId('s1'), parseSessionId('s1~')]
    await add(world, 'none')
    const one = await add(world, 'one', { session: s1 })
    const two = await add(world, 'two', { session: s2 })
    world.advance(1)
    const three = await add(world, 'three', { session: s1 })
    for (const limit of [1, 9]) expect(await all(world, limit, s1)).toEqual([three, one])
    expect(await all(world, 9, s2)).toEqual([two])
  })

  test('list excludes purged shares', async () => {
    await using world = await begin()
    const purged = await add(world, 'purged')
    world.advance(1000)
    const kept = await add(world, 'kept')
    world.advance(purgeAtOf(purged).getTime() - world.now.getTime())
    expect(await all(world, 9)).toEqual([kept])
  })
}

function describeChanges(begin: Begin): void {
  test('revoke ends an active share at this instant, and does not change one that has ended', async () => {
    await using world = await begin()
    const { id, ...share } = await add(world, 'a')
    const key = { workspaceId: user, id }
    world.advance(5)
    const revokedAt = world.now.toISOString()
    expect(await world.shares.revoke(key)).toEqual({ ...share, id, revokedAt })
    world.advance(5)
    expect(await world.shares.revoke(key)).toEqual({ ...share, id, revokedAt })
    expect(await world.shares.get(id)).toEqual({ ...share, id, revokedAt })
    expect(await all(world, 1)).toEqual([{ ...share, id, revokedAt }])
    const expired = await add(world, 'b')
    world.advance(minuteMs)
    expect(await world.shares.revoke({ workspaceId: user, id: expired.id })).toEqual(expired)
  })

  test('revoke resolves to undefined for an unknown share, and of another workspace or session', async () => {
    await using world = await begin()
    const [session, other] = [parseSessionId('s1'), parseSessionId('s2')]
    const { id } = await add(world, 'a', { session })
    const free = await add(world, 'b')
    const keys = [
      { workspaceId: user, id: checksumOf('c') },
      { workspaceId: 'user-2', id },
      { workspaceId: user, id, session: other },
      { workspaceId: user, id: free.id, session },
    ]
    for (const key of keys) expect(await world.shares.revoke(key)).toBeUndefined()
    for (const found of await all(world, 9)) expect(found.revokedAt).toBeNull()
    expect(await world.shares.revoke({ workspaceId: user, id, session })).toMatchObject({ id })
  })

  test('countDownloads adds concurrent downloads, keeps the latest instant, and ignores unknown shares', async () => {
    await using world = await begin()
    const share = await add(world, 'a')
    const { id } = share
    const at = (ms: number) => new Date(world.now.getTime() + ms)
    await Promise.all(
      [1, 2, 3].map((count) => world.shares.countDownloads(id, { count, at: at(9) })),
    )
    await world.shares.countDownloads(id, { count: 1, at: at(3) })
    await world.shares.countDownloads(checksumOf('unknown'), { count: 1, at: at(3) })
    const counted = { ...share, downloadCount: 7, lastDownloadAt: at(9).toISOString() }
    expect(await world.shares.get(id)).toEqual(counted)
    expect(await all(world, 9)).toEqual([counted])
    await world.shares.revoke({ workspaceId: user, id })
    await world.shares.countDownloads(id, { count: 1, at: at(3) })
    const revokedAt = world.now.toISOString()
    expect(await world.shares.get(id)).toEqual({ ...counted, downloadCount: 8, revokedAt })
  })
}

function describeLimit(begin: Begin): void {
  test('create with maxShares deletes the first that have ended, or throws quota-exceeded if none has', async () => {
    await using world = await begin()
    await fill(world, maxEvictedShares)
    const later = new Date(world.now.getTime() + 2 * minuteMs).toISOString()
    const rest = maxShares - maxEvictedShares
    await fill(world, rest, { expiresAt: later }, 'later')
    expect(await codeOf(add(world, 'more'))).toBe('quota-exceeded')
    expect(await world.shares.get(checksumOf('more'))).toBeUndefined()
    expect(await codeOf(add(world, 'other', { workspaceId: 'user-2' }))).toBe('none')

    await world.shares.revoke({ workspaceId: user, id: checksumOf('later 7') })
    await add(world, 'more', { expiresAt: later })
    expect(await world.shares.get(checksumOf('later 7'))).toBeUndefined()
    expect(await codeOf(add(world, 'again'))).toBe('quota-exceeded')

    world.advance(minuteMs + 1)
    await world.shares.revoke({ workspaceId: user, id: checksumOf('later 8') })
    await add(world, 'again', { expiresAt: later })
    expect(await all(world, 1000)).toHaveLength(rest + 1)
    expect(await world.shares.get(checksumOf('later 8'))).toBeDefined()
  })
}
