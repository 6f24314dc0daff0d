import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { BlockInputError, defineBlock, fileName, outputMedia } from '../../shared/blocks/sdk.ts'

const maxCharacters = 1_000_000

export const writeText = defineBlock({
  id: '7a94e5c8-1d3b-4f62-b8e0-2c5d9f6a0b13',
  name: 'WriteText',
  description: 'Writes a text to a file: plain text, Markdown, JSON or CSV, in UTF-8.',
  categories: ['text', 'data'],
  idempotent: true,
  input: z.object({
    text: z.string().max(maxCharacters).meta({ title: 'Text' }),
    name: fileName()
      .default('text')
      .meta({ title: 'Name', description: 'The name of the file, without its ending' }),
    format: z
      .enum(['txt', 'md', 'json', 'csv'])
      .default('txt')
      .meta({ title: 'Format', description: 'JSON is checked, and then written as it is' }),
  }),
  output: z.object({ file: outputMedia({ accept: 'text/*,application/json' }) }),
  async *run({ input: { text, name, format }, output, context }) {
    if (!text.isWellFormed()) {
      throw new BlockInputError('text: has half of a surrogate pair; UTF-8 cannot represent it')
    }
    if (format === 'json') assertJson(text)
    const path = await context.newPath(withoutEnding(name, `.${format}`), `.${format}`)
    await writeFile(join(context.directory, path), text)
    yield output.file(path)
  },
  tests: [
    {
      input: { text: '# Größe\n', name: 'notes.md', format: 'md' },
      output: [['file', z.string().endsWith('#text/markdown')]],
      async check({ values, read }) {
        const text = (await read(values('file')[0])).toString()
        if (text !== '# Größe\n') throw new Error(`The file is ${JSON.stringify(text)}`)
      },
    },
    {
      name: 'writes JSON',
      input: { text: '{"a": [1, 2]}', format: 'json' },
      output: [['file', z.string().endsWith('#application/json')]],
    },
    {
      name: 'writes CSV',
      input: { text: 'a,b\n1,2\n', name: 'table', format: 'csv' },
      output: [['file', z.string().endsWith('#text/csv')]],
    },
    {
      name: 'writes plain text',
      input: { text: 'one' },
      output: [['file', z.string().endsWith('#text/plain')]],
    },
    {
      name: 'says where JSON is wrong',
      input: { text: '{"a": 1,\n b}', format: 'json' },
      output: [['error', /^text: is not JSON: .*line 2/]],
    },
    {
      name: 'refuses half of a surrogate pair',
      input: { text: '\ud83d' },
      output: [['error', /^text: has half of a surrogate pair/]],
    },
  ],
})

const maxReasonLength = 200

function assertJson(text: string): void {
  try {
    JSON.parse(text)
  } catch (error) {
    const reason = (error as Error).message.slice(0, maxReasonLength)
    throw new BlockInputError(`text: is not JSON: ${reason}`, { cause: error })
  }
}

function withoutEnding(name: string, ending: string): string {
  const isStated = name.toLowerCase().endsWith(ending) && name.length > ending.length
  return isStated ? name.slice(0, -ending.length) : name
}
