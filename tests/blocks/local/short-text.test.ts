import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { shortText } from '../../../blocks/documents/short-text.ts'

test('leaves out a text that is short as a file and long as an output', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'short-text-'))
  const path = join(directory, 'a.txt')
  await writeFile(path, 'a'.repeat(50_000))
  expect(await shortText(path)).toHaveLength(50_000)
  await writeFile(path, Buffer.alloc(50_000, 0xff))
  expect(await shortText(path)).toBeUndefined()
  await rm(directory, { recursive: true })
})
