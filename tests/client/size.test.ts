import { gzipSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { expect, test } from 'vitest'

test('the client has no dependency, and at most 6 KiB compressed', async () => {
  const input = fileURLToPath(new URL('../../shared/client/coffer.ts', import.meta.url))
  await using bundle = await rolldown({ input, platform: 'browser' })
  const { output } = await bundle.generate({ format: 'esm', minify: true })
  const [chunk] = output
  expect(output).toHaveLength(1)
  expect(chunk.imports).toEqual([])
  expect(chunk.code).not.toMatch(/\bzod\b|node:/)
  expect(gzipSync(chunk.code, { level: 9 }).length).toBeLessThanOrEqual(6 * 1024)
})
