import { describe, expect, test } from 'vitest'
import { maxLinks, type ArchiveLink } from '../../../shared/model/folders/archive-link.ts'
import { parseSessionId } from '../../../shared/model/path.ts'
import { checksumOf, codeOf, newId, user, type Begin, type World } from '../catalog/world.ts'

function linkOf(world: World, name: string, changed: Partial<ArchiveLink> = {}): ArchiveLink {
  const expiresAt = new Date(world.now.getTime() + 60_000).toISOString()
  const selection = { folder: '/a/' }
  return { hash: checksumOf(name), workspaceId: user, selection, expiresAt, ...changed }
}

export function describeLinks(begin: Begin): void {
  describe('links', () => {
    test('get resolves to the link with the hash, until it expires', async () => {
      await using world = await begin()
      const folder = linkOf(world, 'a', { session: parseSessionId('s1') })
      const files = linkOf(world, 'b', { selection: { ids: [newId(), newId()] } })
      for (const link of [folder, files]) await world.links.create(link)
      for (const link of [folder, files]) expect(await world.links.get(link.hash)).toEqual(link)
      expect(await world.links.get(checksumOf('c'))).toBeUndefined()
      world.advance(60_000)
      for (const link of [folder, files]) expect(await world.links.get(link.hash)).toBeUndefined()
    })

    test('create throws too-many-requests if the workspace has maxLinks that have not expired', async () => {
      await using world = await begin()
      const names = Array.from({ length: maxLinks }, (_, i) => `${i}`)
      await Promise.all(names.map((name) => world.links.create(linkOf(world, name))))
      expect(await codeOf(world.links.create(linkOf(world, 'one more')))).toBe('too-many-requests')
      const other = linkOf(world, 'other', { workspaceId: 'user-2' })
      expect(await codeOf(world.links.create(other))).toBe('none')
      world.advance(60_000)
      expect(await codeOf(world.links.create(linkOf(world, 'one more')))).toBe('none')
    })
  })
}
