import { describe, expect, test } from 'vitest'
import { agentOf, revisions } from '../../support/agent.ts'
import type { Api } from '../../support/api.ts'

/** Files as resources of the Model Context Protocol, which hosts show to their users. */
export function mcpResourceCases(api: Api): void {
  describe('resources of agents', () => {
    test.each(revisions)('are listed and read in revision %s', async (revision) => {
      const user = await api.newUser()
      await user.store('/ä b.md', '# hi')
      const { id } = await user.store('/p.bin', Buffer.from([0, 255]))
      await using agent = await agentOf(user, revision)
      const { resources } = await agent.client.listResources()
      expect(resources.map(({ uri, name, size }) => [uri, name, size])).toEqual([
        ['workspace:///p.bin', 'p.bin', 2],
        ['workspace:///%C3%A4%20b.md', 'ä b.md', 4],
      ])
      const uri = 'workspace:///%C3%A4%20b.md'
      const text = await agent.client.readResource({ uri })
      expect(text.contents).toEqual([{ uri, mimeType: expect.any(String), text: '# hi' }])
      const blob = await agent.client.readResource({ uri: `workspace://${id}` })
      expect(blob.contents).toMatchObject([{ blob: 'AP8=' }])
      const { resourceTemplates } = await agent.client.listResourceTemplates()
      expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
        'workspace:///{+path}',
        'workspace://{id}',
      ])
    })

    test('an unknown URI is not found, and a large file names the tool to use', async () => {
      const user = await api.newUser()
      await user.store('/large.txt', 'x'.repeat(1024 * 1024 + 1))
      await using agent = await agentOf(user)
      const read = (uri: string) => agent.client.readResource({ uri })
      for (const uri of ['workspace:///none', 'file:///etc/passwd', 'workspace://x']) {
        await expect(read(uri)).rejects.toMatchObject({ code: -32_602, data: { uri } })
      }
      await expect(read('workspace:///large.txt')).rejects.toThrow(/read_workspace_file/)
    })

    test('paths are completed', async () => {
      const user = await api.newUser()
      for (const name of ['reports/a.csv', 'reports/b.csv', 'x.txt']) await user.store(`/${name}`)
      await using agent = await agentOf(user)
      const complete = async (name: string, value: string) => {
        const ref = { type: 'ref/resource' as const, uri: 'workspace:///{+path}' }
        return (await agent.client.complete({ ref, argument: { name, value } })).completion.values
      }
      expect(await complete('path', 'rep')).toEqual(['reports/a.csv', 'reports/b.csv'])
      expect(await complete('other', 'rep')).toEqual([])
    })

    test('there are no prompts', async () => {
      await using agent = await agentOf(await api.newUser())
      expect((await agent.client.listPrompts()).prompts).toEqual([])
    })
  })
}
