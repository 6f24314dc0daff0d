import { describe, expect, test } from 'vitest'
import { picture8x4 } from '../../../../blocks/fixtures/pictures.ts'
import { agentOf, revisions } from '../../support/agent.ts'
import type { Api } from '../../support/api.ts'

export function blockAgentCases(api: Api): void {
  describe('the tools of blocks', () => {
    test.each(revisions)('are listed with annotations in revision %s', async (revision) => {
      await using agent = await agentOf(await api.newUser(), revision)
      const { tools } = await agent.client.listTools()
      const found = tools.filter(({ name }) => name.endsWith('_block'))
      expect(found.map(({ name }) => name)).toEqual(['find_block', 'run_block'])
      expect(found.map(({ annotations }) => annotations?.readOnlyHint)).toEqual([true, false])
    })

    test('find_block finds blocks by words, without their schemas', async () => {
      await using agent = await agentOf(await api.newUser())
      const { texts, structured } = await agent.call('find_block', { query: 'resize image' })
      expect(texts[0]).toMatch(/^ResizeImage: Scales/)
      const { blocks = [] } = structured as { blocks?: { name: string }[] }
      expect(blocks[0]?.name).toBe('ResizeImage')
      expect(blocks.length).toBeLessThanOrEqual(5)
      expect(JSON.stringify(structured)).not.toContain('properties')
      const none = await agent.call('find_block', { query: 'xyzzy' })
      expect(none.texts[0]).toMatch(/^No block matches/)
    })

    test('run_block without an input shows the schema and an example', async () => {
      await using agent = await agentOf(await api.newUser())
      const { texts, isError } = await agent.call('run_block', { block: 'ResizeImage' })
      expect(isError).toBe(false)
      expect(texts[0]).toContain('"required":["image"]')
      expect(texts[0]).toContain('example: {"image":"data:image/png;base64,')
    })

    test('run_block answers references, and pictures as image content', async () => {
      const user = await api.newUser()
      await user.call('PUT', '/content/photo.png', {
        body: Buffer.from(picture8x4.split(',')[1] ?? '', 'base64'),
      })
      await using agent = await agentOf(user)
      const input = { image: 'workspace:///photo.png', width: 4, format: 'png' }
      const result = await agent.call('run_block', { block: 'ResizeImage', input })
      expect(result.isError).toBe(false)
      expect(result.structured).toBeUndefined()
      expect(result.texts[0]).toMatch(
        /^ResizeImage has completed\.\nimage: "workspace:\/\/[0-9a-f-]{36}#image\/png"\nwidth: 4\nheight: 2$/,
      )
      expect(result.texts[0]).not.toContain('base64')
      expect(result.content[1]).toMatchObject({ type: 'image' })
    })

    test('run_block says in words why it refuses or fails', async () => {
      await using agent = await agentOf(await api.newUser())
      const wrong = await agent.refused('run_block', { block: 'ResizeImage', input: { widht: 4 } })
      expect(wrong).toContain('widht: is not known here; leave it out')
      expect(await agent.refused('run_block', { block: 'Nothing' })).toContain('find_block')
      const input = { image: 'data:text/plain,hello', width: 4 }
      const failed = await agent.call('run_block', { block: 'ResizeImage', input })
      expect(failed.isError).toBe(true)
      expect(failed.texts[0]).toBe(
        'ResizeImage has failed: unsupported-type: image: This must be image/*, and is text/plain.',
      )
    })
  })
}
