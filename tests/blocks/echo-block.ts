import { z } from 'zod'
import { defineBlock } from '../../shared/blocks/sdk.ts'

/** The smallest block with an option. */
export const echo = defineBlock({
  id: 'b7a3c3f4-0c55-4d6e-9a3f-3f1f0d1b2a10',
  name: 'Echo',
  description: 'Emits a text.',
  categories: ['text'],
  input: z.object({ text: z.string(), mode: z.enum(['once', 'twice']).default('once') }),
  output: z.object({ text: z.string() }),
  async *run({ input, output }) {
    yield output.text(input.text)
    if (input.mode === 'twice') yield output.text(input.text)
  },
  tests: [{ input: { text: 'hello' }, output: [['text', 'hello']] }],
})
