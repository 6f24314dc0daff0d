import { describe, expect, test } from 'vitest'
import { agentOf } from '../../support/agent.ts'
import type { Api } from '../../support/api.ts'

/** Tools of agents whose tokens are bound to a session or a scope. */
export function mcpBoundTokenCases(api: Api): void {
  describe('POST /mcp with a bound token', () => {
    test('a token of a session sees and changes only its session', async () => {
      const user = await api.newUser()
      await user.store('/secret.txt', 'secret')
      await using agent = await agentOf(await api.callerOf(user.user, { session: 's1' }))
      const written = await agent.done('write_workspace_file', { path: 'in.txt', content: 'hi' })
      expect(written).toMatchObject({ path: '/sessions/s1/in.txt' })
      const list = await agent.done('list_workspace_files')
      expect(list).toEqual({ files: ['/sessions/s1/in.txt  text/plain  2'], total: 1 })
      for (const tool of ['read_workspace_file', 'get_workspace_file', 'delete_workspace_file']) {
        expect(await agent.refused(tool, { file: '/secret.txt' })).toMatch(/^(not-found|forbidden)/)
      }
      const found = await agent.done('search_workspace_files', { query: 'secret' })
      expect(found).toEqual({ matches: [], filesSearched: 1, complete: true })
      const outside = { path: '/out.txt', content: 'x', mode: 'append' }
      expect(await agent.refused('write_workspace_file', outside)).toMatch(/^forbidden/)
      const copied = { file: 'in.txt', to: '/out.txt' }
      expect(await agent.refused('copy_workspace_file', copied)).toMatch(/^forbidden/)
      const ticket = { path: '/out.txt', sizeBytes: 1 }
      expect(await agent.refused('create_workspace_upload', ticket)).toMatch(/^forbidden/)
      expect(await user.text('/secret.txt')).toBe('secret')
    })

    test('a token that only reads has no tool that writes', async () => {
      const user = await api.newUser()
      await user.store('/a.txt', 'a')
      await using agent = await agentOf(await api.callerOf(user.user, { scope: 'files:read' }))
      const { tools } = await agent.client.listTools()
      expect(tools.every(({ annotations }) => annotations?.readOnlyHint)).toBe(true)
      await expect(agent.call('delete_workspace_file', { file: '/a.txt' })).rejects.toThrow(
        'There is no tool "delete_workspace_file"',
      )
      expect(await user.text('/a.txt')).toBe('a')
    })
  })
}
