import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { BlockExecutionError, defineBlock, media } from '../../shared/blocks/sdk.ts'

export const countWords = defineBlock({
  id: '5e0c1c52-3b07-4a3e-8f4e-1d0a3c9b7f21', // crypto.randomUUID(), once
  name: 'CountWords',
  description: 'Counts the words of a text file.',
  categories: ['text'],
  idempotent: true,
  input: z.object({
    file: media({ accept: 'text/plain' }).meta({ title: 'File' }),
    least: z.int().min(1).default(1).meta({ title: 'Shortest word', advanced: true }),
  }),
  output: z.object({ words: z.int() }),
  async *run({ input, output, context }) {
    const text = await readFile(join(context.directory, input.file), 'utf8')
    const words = text.split(/\s+/u).filter((word) => word.length >= input.least)
    if (words.length === 0) throw new BlockExecutionError('This file has no words.')
    yield output.words(words.length)
  },
  tests: [
    { input: { file: 'data:text/plain,one%20two' }, output: [['words', 2]] },
    {
      name: 'says that a file has no words',
      files: { '/empty.txt': ' ' },
      input: { file: 'workspace:///empty.txt' },
      output: [['error', 'This file has no words.']],
    },
  ],
})
