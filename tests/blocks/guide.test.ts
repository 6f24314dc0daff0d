import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runBlockTest } from '../../shared/blocks/testing/run-block-test.ts'
import { openBlockHost, type BlockHost } from './block-host.ts'
import { countWords } from './guide-count-words.ts'
import { translate } from './guide-translate.ts'

const guide = await readFile(join(import.meta.dirname, '../../docs/blocks/README.md'), 'utf8')

/** The code of the page that defines blocks, without the indentation of its list. */
const examples = [...guide.matchAll(/^( *)```ts\n([^]*?)^ *```$/gm)]
  .map(([, indent = '', code = '']) => code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''))
  .filter((code) => code.includes('defineBlock({'))

let host: BlockHost
beforeAll(async () => {
  host = await openBlockHost()
})
afterAll(() => host[Symbol.asyncDispose]())

test('docs/blocks/README.md shows the examples that are tested here', async () => {
  const files = ['guide-count-words.ts', 'guide-translate.ts']
  const sources = await Promise.all(
    files.map((name) => readFile(join(import.meta.dirname, name), 'utf8')),
  )
  expect(examples).toEqual(sources)
})

describe.each([countWords, translate])('the example $name', (block) => {
  test.each(block.tests.map((_, index) => index))('passes its test %i', async (index) => {
    const declared = block.tests[index]
    if (!declared) throw new Error('No test')
    await expect(runBlockTest(host.host, block, declared)).resolves.toBeUndefined()
  })
})
