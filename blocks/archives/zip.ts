import assert from 'node:assert/strict'
import { basename } from 'node:path'
import { z } from 'zod'
import {
  ArchiveNames,
  defineBlock,
  fileName,
  media,
  outputMedia,
  programBeside,
} from '../../shared/blocks/sdk.ts'
import { runProgram } from '../run-program.ts'

const maxFiles = 1000

export const zip = defineBlock({
  id: '91e4b7d2-3a6c-4f58-b0d9-7c2e5f8a1b34',
  name: 'Zip',
  description:
    'Packs files into a zip archive. The same files make the same archive. Names that another system cannot have are changed.',
  categories: ['archives'],
  idempotent: true,
  input: z.object({
    files: z.array(media()).min(1).max(maxFiles).meta({ title: 'Files' }),
    name: fileName()
      .default('archive')
      .meta({ title: 'Name', description: 'The name of the archive, without its ending' }),
  }),
  output: z.object({ archive: outputMedia({ accept: 'application/zip' }) }),
  async *run({ input: { files, name }, output, context }) {
    const names = new ArchiveNames()
    const target = await context.newPath(name.replace(/\.zip$/i, ''), '.zip')
    const program = programBeside(import.meta.url, 'zip-process')
    const entries = files.map((source) => ({ source, name: names.nameOf(basename(source)) }))
    await runProgram(context, program, { target, files: entries }, { failure })
    yield output.archive(target)
  },
  tests: [
    {
      files: { '/a.txt': 'one', '/b/A.txt': 'two' },
      input: { files: ['workspace:///a.txt', 'workspace:///b/A.txt'], name: 'both.zip' },
      output: [['archive', z.string().endsWith('#application/zip')]],
      async check({ values, read }) {
        const bytes = await read(values('archive')[0])
        assert.ok(bytes.includes('A (2).txt'), 'the second file has the name of the first')
      },
    },
    {
      name: 'names the file that does not exist',
      files: { '/a.txt': 'one' },
      input: { files: ['workspace:///a.txt', 'workspace:///missing.txt'] },
      output: [['error', /^files\[1\]: /]],
    },
  ],
})

const failure = 'These files cannot be packed.'
