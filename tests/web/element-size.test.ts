import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { expect, test } from 'vitest'

const element = fileURLToPath(new URL('../../web/file/index.ts', import.meta.url))
const page = `export { CofferFile, createClient } from ${JSON.stringify(element)}`
const kibibyte = 1024

test('the element with its client is at most 8 KiB compressed, and needs no other package', async () => {
  const entry = { name: 'entry', resolveId: pageOnly, load: (id: string) => pageOnly(id) && page }
  await using bundle = await rolldown({ input: 'page', platform: 'browser', plugins: [entry] })
  const { output } = await bundle.generate({ format: 'esm', minify: true })
  const [script, ...others] = output
  expect(others).toEqual([])
  expect(script.imports).toEqual([])
  const bytes = gzipSync(script.code, { level: 9 }).length
  expect(bytes).toBeGreaterThan(4 * kibibyte)
  expect(bytes).toBeLessThanOrEqual(8 * kibibyte)
})

function pageOnly(id: string): string | null {
  return id === 'page' ? id : null
}
