import { describe, expect, test } from 'vitest'
import { agentOf, type TestAgent } from '../../support/agent.ts'
import type { Api } from '../../support/api.ts'

interface Match {
  path: string
  line: number
  text: string
}

/** Follows the cursors of a search. */
async function allMatches(agent: TestAgent, args: Record<string, unknown>): Promise<Match[]> {
  const matches: Match[] = []
  for (let cursor: unknown; ;) {
    const found = await agent.done('search_workspace_files', {
      ...args,
      ...(cursor !== undefined && { cursor }),
    })
    matches.push(...(found['matches'] as Match[]))
    cursor = found['nextCursor']
    expect(found['complete']).toBe(cursor === undefined)
    if (cursor === undefined) return matches
  }
}

/** The search of agents in the contents of files. */
export function mcpSearchCases(api: Api): void {
  describe('search_workspace_files', () => {
    test('finds lines in any case, and says the same as text', async () => {
      const user = await api.newUser()
      await user.store('/a.txt', 'one\nThe Straße is LONG\nthree\n')
      await user.store('/b/16.txt', Buffer.from('\ufefflong ago', 'utf16le'))
      await user.store('/c.bin', Buffer.from([0, 1, 2, 255]))
      await using agent = await agentOf(user)
      const { texts, structured } = await agent.call('search_workspace_files', { query: 'long' })
      expect(structured).toEqual({
        matches: [
          { path: '/a.txt', line: 2, text: 'The Straße is LONG' },
          { path: '/b/16.txt', line: 1, text: 'long ago' },
        ],
        filesSearched: 2,
        complete: true,
      })
      expect(texts).toEqual([
        '/a.txt:2: The Straße is LONG\n/b/16.txt:1: long ago\n2 matches in 2 files searched',
      ])
      const below = { query: 'LONG', prefix: '/b/' }
      expect(await allMatches(agent, below)).toMatchObject([{ path: '/b/16.txt' }])
      expect(await allMatches(agent, { query: 'l.ng' })).toEqual([])
    })

    test('pages through the matches of several files without losing or repeating one', async () => {
      const user = await api.newUser()
      for (const name of ['a', 'b', 'c']) {
        await user.store(`/${name}.txt`, 'x\nhit\nhit\ny\nhit\n')
      }
      await using agent = await agentOf(user)
      const expected = ['a', 'b', 'c'].flatMap((name) =>
        [2, 3, 5].map((line) => ({ path: `/${name}.txt`, line, text: 'hit' })),
      )
      for (const limit of [1, 2, 3, 4, 9]) {
        expect(await allMatches(agent, { query: 'HIT', limit })).toEqual(expected)
      }
    })

    test('shows a part of a long line, and refuses the cursor of another search', async () => {
      const user = await api.newUser()
      const line = `${'a'.repeat(500)}NEEDLE${'b'.repeat(500)}`
      await user.store('/long.txt', `${line}\n${line}\n`)
      await using agent = await agentOf(user)
      const found = await agent.done('search_workspace_files', { query: 'needle', limit: 1 })
      const [{ text }] = found['matches'] as [Match]
      expect(text).toMatch(/^…a{60}NEEDLEb{134}…$/)
      const other = { query: 'other', cursor: found['nextCursor'] }
      expect(await agent.refused('search_workspace_files', other)).toMatch(/^invalid-request/)
    })
  })
}
