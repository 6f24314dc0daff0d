import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blocks } from '../../blocks/index.ts'
import { openRegistry } from '../../shared/blocks/registry.ts'
import { runBlockTest } from '../../shared/blocks/testing/run-block-test.ts'
import { isInstalled } from '../../shared/adapters/programs/sandbox.ts'
import { openBlockHost, type BlockHost } from './block-host.ts'

/** Set by `npm run test:blocks -- {Name}`. */
const only = process.env['BLOCK']
const all = openRegistry(blocks)
const chosen = only === undefined ? all.all() : all.all().filter(({ name }) => name === only)

let host: BlockHost
beforeAll(async () => {
  host = await openBlockHost()
})
afterAll(() => host[Symbol.asyncDispose]())

test('there is a block to test', () => {
  expect(chosen.map(({ name }) => name)).not.toEqual([])
})

for (const block of chosen) {
  const programs = await Promise.all((block.programs ?? []).map(isInstalled))
  const isSkipped = programs.includes(false) && !process.env['CI']
  const names = block.tests.map(({ name }, index) => name ?? `example ${index + 1}`)
  describe.skipIf(isSkipped).each([block])('$name', ({ tests }) => {
    test.each(names)('%s', async (name) => {
      const declared = tests[names.indexOf(name)]
      if (declared) await runBlockTest(host.host, block, declared)
      expect(await host.left()).toEqual([])
    })
  })
}
