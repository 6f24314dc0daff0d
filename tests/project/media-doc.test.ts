import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import type { FileId } from '../../shared/model/ids.ts'
import { openLocalWorkspace } from '../workspace/local-workspace.ts'
import { context, formats, openMediaWorld } from '../workspace/store-media/media-world.ts'

const text = 'hello\n'

const inputs = [
  'data:text/markdown,hello%0A',
  'https://example.com/notes/hello.txt',
  'workspace:///notes/hello.txt',
  'gcs://public-samples/hello.txt',
  'made/hello.txt',
]

/** Makes one row of the table with the answer of each format. Each cell uses new stores. */
async function rowOf(file: string): Promise<string> {
  const cells: string[] = []
  for (const returnFormat of formats) {
    let made = 0
    const newId = () => `00000000-0000-4000-8000-${`${++made}`.padStart(12, '0')}` as FileId
    const body = () => ({ body: Readable.from([Buffer.from(text)]), name: 'hello.txt' })
    const sources = { fetchUrl: async () => body(), openObject: async () => body() }
    await using world = await openMediaWorld(openLocalWorkspace, { newId, sources })
    await world.store('/notes/hello.txt', text)
    await world.put('made/hello.txt', text)
    cells.push(await world.media.storeMedia({ file, context, returnFormat }))
  }
  return `| ${[file, ...cells].map((cell) => `\`${cell}\``).join(' | ')} |`
}

test('docs/media.md shows what each form gives in each format', async () => {
  const document = await readFile(new URL('../../docs/media.md', import.meta.url), 'utf8')
  const rows = []
  for (const input of inputs) rows.push(await rowOf(input))
  const written = document
    .split('\n')
    .filter((line) => inputs.some((input) => line.startsWith(`| \`${input}\``)))
    .map((line) => line.replaceAll(/ +\|/g, ' |'))
  expect(written).toEqual(rows)
})
