import { describe, expect, test } from 'vitest'
import { eicar } from '../../../support/files/eicar.ts'
import { agentOf, revisions } from '../../support/agent.ts'
import type { Api } from '../../support/api.ts'

/** The tools of agents that read. */
export function mcpReadCases(api: Api): void {
  describe('list_workspace_files', () => {
    test('shows one line for each file, and the next call', async () => {
      const user = await api.newUser()
      for (const name of ['a', 'b', 'c']) await user.store(`/notes/${name}.txt`, '# hi')
      await using agent = await agentOf(user)
      const first = await agent.call('list_workspace_files', { limit: 2 })
      const cursor = String(first.structured?.['nextCursor'])
      expect(first.texts).toEqual([
        `/notes/c.txt  text/plain  4\n/notes/b.txt  text/plain  4\n2 of 3 shown; next: the same call with cursor="${cursor}"`,
      ])
      expect(first.structured).toEqual({
        files: ['/notes/c.txt  text/plain  4', '/notes/b.txt  text/plain  4'],
        total: 3,
        nextCursor: cursor,
      })
      const last = await agent.done('list_workspace_files', { limit: 2, cursor })
      expect(last).toEqual({ files: ['/notes/a.txt  text/plain  4'], total: 3 })
    })

    test('groups by folder, searches names, and gives records when asked', async () => {
      const user = await api.newUser()
      const { id, checksum } = await user.store('/x/one.txt', '1')
      await user.store('/two.txt', '22')
      await using agent = await agentOf(user)
      expect(await agent.done('list_workspace_files', { folders: true })).toEqual({
        folders: ['/x/'],
        files: ['/two.txt  text/plain  2'],
        total: 2,
      })
      const named = { nameContains: 'ONE', detail: 'full' }
      expect(await agent.done('list_workspace_files', named)).toMatchObject({
        records: [{ path: '/x/one.txt', id, etag: checksum?.slice(0, 16), sizeBytes: 1 }],
      })
    })

    test('stays under 16 KiB with long paths', async () => {
      const user = await api.newUser()
      const folder = `/${'f'.repeat(200)}/${'ü'.repeat(120)}/`
      await Promise.all(Array.from({ length: 60 }, (_, i) => user.store(`${folder}${i}.txt`, 'x')))
      await using agent = await agentOf(user)
      const seen = new Set<string>()
      for (let cursor: unknown; ;) {
        const args = { limit: 100, ...(cursor !== undefined && { cursor }) }
        const { structured, texts } = await agent.call('list_workspace_files', args)
        expect(Buffer.byteLength(JSON.stringify(structured))).toBeLessThanOrEqual(16 * 1024)
        expect(Buffer.byteLength(texts.join())).toBeLessThanOrEqual(16 * 1024)
        const { files } = structured as { files: string[] }
        for (const line of files) seen.add(line)
        cursor = structured?.['nextCursor']
        if (cursor === undefined) break
      }
      expect(seen.size).toBe(60)
    })
  })

  describe('read_workspace_file', () => {
    test.each(revisions)('shows windows that join to the file in revision %s', async (revision) => {
      const user = await api.newUser()
      const lines = Array.from({ length: 3000 }, (_, i) => `${i + 1} – Zeile mit 世界 🏖\r\n`)
      const { checksum } = await user.store('/log.txt', lines.join(''))
      await using agent = await agentOf(user, revision)
      let joined = ''
      for (let next: Record<string, unknown> | undefined = {}; next;) {
        const result = await agent.call('read_workspace_file', { file: '/log.txt', ...next })
        const [head = '', text = ''] = result.texts
        expect(result.structured).toBeUndefined()
        expect(head).toContain(`· etag ${checksum?.slice(0, 16)} ·`)
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(32 * 1024)
        joined += text
        const line = / · next: line=(\d+)\]$/.exec(head)?.[1]
        next = line === undefined ? undefined : { line: Number(line) }
      }
      expect(joined).toBe(lines.join(''))
    })

    test('reads lines from the end, with numbers, and bytes', async () => {
      const user = await api.newUser()
      await user.store('/a.txt', 'one\ntwo\nthree\nfour')
      await using agent = await agentOf(user)
      const read = async (args: Record<string, unknown>) =>
        (await agent.call('read_workspace_file', { file: '/a.txt', ...args })).texts
      const numbered = await read({ line: -2, numbers: true })
      expect(numbered[0]).toMatch(/ · lines 3–4 of 4\]$/)
      expect(numbered[1]).toBe('3\tthree\n4\tfour')
      const bytes = await read({ offset: 5, lines: 2 })
      expect(bytes[0]).toMatch(/ · bytes 5–14 · next: offset=14 lines=2\]$/)
      expect(bytes[1]).toBe('wo\nthree\n')
    })

    test('reads UTF-16 and windows-1252', async () => {
      const user = await api.newUser()
      const text = 'Grüße, Straße\r\n'
      await user.store('/16.txt', Buffer.from(`\ufeff${text}`, 'utf16le'))
      await user.store('/1252.txt', Buffer.from(text, 'latin1'))
      await using agent = await agentOf(user)
      for (const file of ['/16.txt', '/1252.txt']) {
        expect((await agent.call('read_workspace_file', { file })).texts[1]).toBe(text)
      }
    })

    test('links a file without text, also in words', async () => {
      const user = await api.newUser()
      const { id } = await user.store(
        '/a.zip',
        Buffer.from('504b0506000000000000000000000000000000000000', 'hex'),
      )
      await using agent = await agentOf(user)
      const { content, texts } = await agent.call('read_workspace_file', { file: '/a.zip' })
      expect(texts[0]).toContain(`workspace://${id}`)
      expect(content[1]).toMatchObject({ type: 'resource_link', uri: `workspace://${id}` })
    })

    test('names the tool to call next in refusals', async () => {
      const user = await api.newUser()
      await using agent = await agentOf(user)
      const read = (args: Record<string, unknown>) => agent.refused('read_workspace_file', args)
      expect(await read({ file: '/none.txt' })).toMatch(/^not-found: .*list_workspace_files/)
      expect(await read({ file: 'none.txt' })).toMatch(
        /^invalid-request: Wrong arguments: path: must start with/,
      )
      const { id } = await user.store('/a.txt', 'a')
      expect(await read({ file: '/a.txt', line: 7 })).toMatch(/The text has 1 lines/)
      expect(await read({ file: '/a.txt', offset: 7 })).toMatch(/The text has 1 bytes/)
      await user.call('DELETE', `/files/${id}`)
      expect(await read({ file: id })).toContain(`restore_workspace_file and file="${id}"`)
      const infected = await user.put('/v.com', eicar(), { headers: { prefer: 'wait=30' } })
      const { file } = (await infected.json()) as { file: { id: string } }
      expect(await read({ file: file.id })).toMatch(/^infected: The file "\/v.com" is infected/)
    })

    test('reads no file of another user', async () => {
      const { id } = await (await api.newUser()).store('/a.txt', 'secret')
      await using agent = await agentOf(await api.newUser())
      expect(await agent.refused('read_workspace_file', { file: id })).toMatch(/^not-found/)
      expect(await agent.refused('get_workspace_file', { file: id })).toMatch(/^not-found/)
    })
  })

  describe('get_workspace_file', () => {
    test('shows a file, and one in the trash with its end', async () => {
      const user = await api.newUser()
      const { id, checksum } = await user.store('/a.txt', 'a')
      await using agent = await agentOf(user)
      const etag = checksum?.slice(0, 16)
      const found = { id, path: '/a.txt', state: 'ready', etag, checksum, sizeBytes: 1 }
      const file = `workspace:///a.txt`
      expect(await agent.done('get_workspace_file', { file })).toMatchObject(found)
      await user.call('DELETE', `/files/${id}`)
      expect(await agent.done('get_workspace_file', { file: id })).toMatchObject({
        ...found,
        restorableUntil: expect.any(String),
      })
    })
  })
}
