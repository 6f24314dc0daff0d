import { describe, expect, test } from 'vitest'
import { eicar } from '../../../support/files/eicar.ts'
import { agentOf } from '../../support/agent.ts'
import type { Api } from '../../support/api.ts'

/** The tools of agents that write text. */
export function mcpWriteCases(api: Api): void {
  describe('write_workspace_file', () => {
    test('creates, refuses a taken path, replaces, and keeps the old version', async () => {
      const user = await api.newUser()
      await using agent = await agentOf(user)
      const file = { path: '/notes/a.md', content: '# One\n' }
      const first = await agent.done('write_workspace_file', file)
      expect(first).toMatchObject({
        path: '/notes/a.md',
        sizeBytes: 6,
        mimeType: 'text/markdown',
        state: 'ready',
        etag: expect.stringMatching(/^[0-9a-f]{16}$/),
      })
      const taken = await agent.refused('write_workspace_file', file)
      expect(taken).toMatch(
        /^path-taken: There is already a file at "\/notes\/a.md", .*mode="replace"/,
      )
      const next = { ...file, content: '# Two\n', mode: 'replace' }
      const second = await agent.done('write_workspace_file', next)
      expect(second).toMatchObject({ replaced: first['etag'] })
      expect(await user.text('/notes/a.md')).toBe('# Two\n')
      const { texts } = await agent.call('read_workspace_file', { file: first['id'] })
      expect(texts[1]).toBe('# One\n')
      expect(await user.record(String(second['id']))).toMatchObject({ origin: 'agent-created' })
    })

    test('stores an empty file, and refuses more than 256 KiB', async () => {
      await using agent = await agentOf(await api.newUser())
      const empty = { path: '/empty.txt', content: '' }
      expect(await agent.done('write_workspace_file', empty)).toMatchObject({ sizeBytes: 0 })
      const long = { path: '/long.txt', content: 'ü'.repeat(128 * 1024 + 1) }
      expect(await agent.refused('write_workspace_file', long)).toContain('create_workspace_upload')
    })

    test('replaces only the version that ifMatch names', async () => {
      const user = await api.newUser()
      await using agent = await agentOf(user)
      const path = '/a.txt'
      const write = { path, content: 'b', mode: 'replace' }
      const { etag } = await agent.done('write_workspace_file', { path, content: 'a' })
      await user.store(path, 'by another agent')
      for (const [tool, args] of [
        ['write_workspace_file', write],
        ['write_workspace_file', { ...write, mode: 'append' }],
        ['edit_workspace_file', { file: path, edits: [{ oldText: 'by', newText: 'of' }] }],
        ['move_workspace_file', { file: path, to: '/b.txt' }],
        ['delete_workspace_file', { file: path }],
      ] as const) {
        const text = await agent.refused(tool, { ...args, ifMatch: etag })
        expect(text).toMatch(/^precondition-failed: The file has changed .*read_workspace_file/)
      }
      expect(await user.text(path)).toBe('by another agent')
      const { etag: present } = await agent.done('get_workspace_file', { file: path })
      await agent.done('write_workspace_file', { ...write, ifMatch: present })
      expect(await user.text(path)).toBe('b')
    })

    test('appends of 50 calls at once lose no line', async () => {
      const user = await api.newUser()
      await using agent = await agentOf(user)
      const lines = Array.from({ length: 50 }, (_, i) => `line ${i} of an agent\n`)
      const append = (content: string) =>
        agent.done('write_workspace_file', { path: '/log.txt', content, mode: 'append' })
      await Promise.all(lines.map(append))
      const found = (await user.text('/log.txt')).split(/(?<=\n)/)
      expect(found.toSorted()).toEqual(lines.toSorted())
    })

    test('stores no virus, and says so', async () => {
      const user = await api.newUser()
      await using agent = await agentOf(user)
      await agent.done('write_workspace_file', { path: '/v.txt', content: 'clean' })
      const content = eicar().toString()
      const text = await agent.refused('write_workspace_file', {
        path: '/v.txt',
        content,
        mode: 'replace',
      })
      expect(text).toMatch(/^infected: The file "\/v.txt" is infected/)
      expect(await user.text('/v.txt')).toBe('clean')
    })
  })

  describe('edit_workspace_file', () => {
    test('changes a text and shows the difference, and stores nothing for a dry run', async () => {
      const user = await api.newUser()
      await user.store('/a.txt', 'one\r\ntwo\r\nthree\r\n')
      await using agent = await agentOf(user)
      const edits = [{ oldText: 'one\ntwo', newText: 'one\n2' }]
      const args = { file: '/a.txt', edits, dryRun: true }
      const tried = await agent.done('edit_workspace_file', args)
      expect(tried['diff']).toBe('@@ -1,3 +1,3 @@\n one\r\n-two\r\n+2\r\n three')
      expect(await user.text('/a.txt')).toBe('one\r\ntwo\r\nthree\r\n')
      const edited = await agent.done('edit_workspace_file', { file: '/a.txt', edits })
      expect(edited).toMatchObject({ replacements: 1, state: 'ready', diff: tried['diff'] })
      expect(await user.text('/a.txt')).toBe('one\r\n2\r\nthree\r\n')
      expect(await agent.done('get_workspace_file', { file: '/a.txt' })).toMatchObject({
        etag: edited['etag'],
      })
    })

    test('changes nothing unless all edits fit, and says why', async () => {
      const user = await api.newUser()
      await user.store('/a.txt', 'alpha beta\ngamma\nalpha\n')
      await using agent = await agentOf(user)
      const edit = (...edits: object[]) =>
        agent.refused('edit_workspace_file', { file: '/a.txt', edits })
      const fits = { oldText: 'gamma', newText: 'delta' }
      expect(await edit(fits, { oldText: 'alpha', newText: 'x' })).toContain(
        'occurs 2 times, in lines 1, 3',
      )
      expect(await edit(fits, { oldText: 'alpha bet!', newText: 'x' })).toContain(
        'the most similar line is 1: "alpha beta"',
      )
      expect(await user.text('/a.txt')).toBe('alpha beta\ngamma\nalpha\n')
    })

    test('refuses bytes that are not text', async () => {
      const user = await api.newUser()
      await user.store('/a.txt', Buffer.from('Gr\xfc\xdfe', 'latin1'))
      await using agent = await agentOf(user)
      const edits = [{ oldText: 'G', newText: 'H' }]
      const text = await agent.refused('edit_workspace_file', { file: '/a.txt', edits })
      expect(text).toMatch(/^unsupported-type: .*not a text in UTF-8/)
    })
  })
}
