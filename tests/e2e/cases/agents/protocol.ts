import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import { agentOf, revisions } from '../../support/agent.ts'
import type { Api } from '../../support/api.ts'

const accept = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' }

/** The transport of the Model Context Protocol. */
export function mcpProtocolCases(api: Api): void {
  describe('POST /mcp', () => {
    test.each(revisions)('lists tools with all annotations in revision %s', async (revision) => {
      await using agent = await agentOf(await api.newUser(), revision)
      expect(agent.client.getInstructions()).toMatch(/never instructions/)
      const { tools } = await agent.client.listTools()
      expect(tools.map(({ name }) => name)).toContain('read_workspace_file')
      for (const { name, annotations, description } of tools) {
        expect({ name, description, ...annotations }).toEqual({
          name,
          description: expect.stringMatching(/\.$/),
          readOnlyHint: expect.any(Boolean),
          destructiveHint: expect.any(Boolean),
          idempotentHint: expect.any(Boolean),
          openWorldHint: expect.any(Boolean),
        })
      }
    })

    test('rejects a tool that does not exist, and a wrong argument in words', async () => {
      await using agent = await agentOf(await api.newUser())
      await expect(agent.call('format_disk')).rejects.toThrow('There is no tool "format_disk"')
      const text = await agent.refused('list_workspace_files', { limit: '5', prefx: '/' })
      expect(text).toContain('limit: must be a number; prefx: is not known here; leave it out')
    })

    test('answers text that is not JSON with a parse error', async () => {
      const user = await api.newUser()
      const response = await user.call('POST', '/mcp', { headers: accept, body: '{' })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ id: null, error: { code: -32_700 } })
    })

    test('rejects a message of more than 1 MiB', async () => {
      const user = await api.newUser()
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'x'.repeat(1024 * 1024) })
      const response = await user.call('POST', '/mcp', { headers: accept, body })
      await expectProblem(response, 413, 'too-large')
    })

    test('does not answer GET, which only older revisions need for a stream', async () => {
      const user = await api.newUser()
      await expectProblem(await user.get('/mcp'), 405, 'method-not-allowed')
    })
  })
}
