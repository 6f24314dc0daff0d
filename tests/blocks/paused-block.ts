import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { defineBlock, outputMedia, perRun } from '../../shared/blocks/sdk.ts'

/** Emits a file and a progress, waits, and then emits a number. */
export const paused = defineBlock({
  id: '8c1d9e27-5a40-4b8d-9c66-0f2b7d3a1e54',
  name: 'Paused',
  description: 'Waits between two outputs.',
  categories: ['developer_tools'],
  cost: [perRun(2)],
  input: z.object({ seconds: z.number().default(60) }),
  output: z.object({ file: outputMedia(), count: z.int() }),
  async *run({ input, output, context }) {
    yield output.file('data:text/plain,first')
    yield { progress: 'waiting' }
    await sleep(1000 * input.seconds, undefined, { signal: context.signal })
    yield output.count(1)
  },
  tests: [
    {
      input: { seconds: 0 },
      output: [
        ['file', /^workspace:/],
        ['count', 1],
      ],
    },
  ],
})
