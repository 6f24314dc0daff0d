import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { agentOf } from '../../support/agent.ts'
import type { Api } from '../../support/api.ts'

const create = { width: 3000, height: 2000, channels: 3, background: '#336699' } as const

/** The pictures that agents see. */
export function mcpPictureCases(api: Api): void {
  describe('pictures of read_workspace_file', () => {
    test('are image content of at most 1568 pixels and 512 KiB', async () => {
      const user = await api.newUser()
      const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const
      const photo = await sharp({ create: { ...create, noise } })
        .jpeg()
        .toBuffer()
      expect(photo.length).toBeGreaterThan(1024 * 1024)
      await user.store('/photo.jpg', photo)
      await using agent = await agentOf(user)
      const { content, structured } = await agent.call('read_workspace_file', {
        file: '/photo.jpg',
      })
      expect(structured).toBeUndefined()
      expect(content[0]?.text).toMatch(/^\[\/photo.jpg · image\/jpeg · .* · shown as a picture\]$/)
      expect(content[1]).toMatchObject({ type: 'image', mimeType: 'image/jpeg' })
      const shown = Buffer.from(content[1]?.data ?? '', 'base64')
      expect(shown.length).toBeLessThanOrEqual(512 * 1024)
      const { width, height, format } = await sharp(shown).metadata()
      expect([format, Math.max(width, height) <= 1568]).toEqual(['jpeg', true])
    })

    test('keep transparency, and an SVG is text unless a picture is asked for', async () => {
      const user = await api.newUser()
      const svg =
        '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="9" height="9"/></svg>'
      const headers = { 'content-type': 'image/svg+xml', prefer: 'wait=30' }
      expect((await user.put('/icon.svg', svg, { headers })).status).toBe(201)
      await using agent = await agentOf(user)
      const text = await agent.call('read_workspace_file', { file: '/icon.svg' })
      expect(text.texts[1]).toBe(svg)
      const image = await agent.call('read_workspace_file', { file: '/icon.svg', as: 'image' })
      expect(image.content[1]).toMatchObject({ type: 'image', mimeType: 'image/png' })
    })

    test('of a damaged file are refused in words', async () => {
      const user = await api.newUser()
      const png = await sharp({ create: { ...create, width: 9, height: 9 } })
        .png()
        .toBuffer()
      await user.store('/broken.png', Buffer.concat([png.subarray(0, 30), Buffer.alloc(50)]))
      await using agent = await agentOf(user)
      const text = await agent.refused('read_workspace_file', { file: '/broken.png' })
      expect(text).toMatch(/^unsupported-type: /)
    })
  })
}
