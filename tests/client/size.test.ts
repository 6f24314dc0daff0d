import { gzipSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { expect, test } from 'vitest'

test.each([
  ['coffer', 6 * 1024],
  ['blocks/blocks', 1024],
  // With the functions that it shares with the client.
  ['events', 1.5 * 1024],
])('%s has no dependency, and at most %d bytes compressed', async (entry, mostBytes) => {
  const input = fileURLToPath(new URL(`../../shared/client/${entry}.ts`, import.meta.url))
  await using bundle = await rolldown({ input, platform: 'browser' })
  const { output } = await bundle.generate({ format: 'esm', minify: true })
  const [chunk] = output
  expect(output).toHaveLength(1)
  expect(chunk.imports).toEqual([])
  expect(chunk.code).not.toMatch(/\bzod\b|node:/)
  expect(gzipSync(chunk.code, { level: 9 }).length).toBeLessThanOrEqual(mostBytes)
})
