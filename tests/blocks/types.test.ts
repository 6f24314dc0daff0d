import { z } from 'zod'
import { expect, test } from 'vitest'
import { defineBlock, media, outputMedia } from '../../shared/blocks/sdk.ts'

// Each line after `@ts-expect-error` must not compile: `npm run typecheck` fails if it does.
const common = {
  id: '6d1b6b0e-3b0a-4c55-9d0b-6f0f0a7d2c11',
  description: '',
  categories: ['text'],
} as const

const typed = defineBlock({
  ...common,
  name: 'Typed',
  input: z.object({
    query: z.string(),
    limit: z.int().default(10),
    video: media(),
    picture: media({ as: 'data_uri' }).optional(),
  }),
  output: z.object({ results: z.array(z.string()), count: z.int(), file: outputMedia() }),
  steps: {
    async search(query: string, limit: number): Promise<string[]> {
      return [query].slice(0, limit)
    },
  },
  async *run({ input, output, steps, context }) {
    const results = await steps.search(input.query, input.limit)
    yield output.results(results)
    yield output.count(results.length)
    yield output.file(input.video)
    yield { progress: 'almost', fraction: 0.9 }
    yield output.error('said by the block')
    // @ts-expect-error -- no such output
    yield output.counts(1)
    // @ts-expect-error -- the wrong type of this output
    yield output.count('one')
    // @ts-expect-error -- a path is not a data URI
    input.picture = input.video
    // @ts-expect-error -- no such step
    await steps.find()
    // @ts-expect-error -- no such form
    await context.storeMedia({ file: input.video, returnFormat: 'base64' })
  },
  tests: [
    {
      input: { query: 'x', video: 'workspace:///a.mp4' },
      output: [
        ['results', ['a', 'b']],
        ['count', z.int()],
      ],
      mock: { search: async () => ['a', 'b'] },
    },
    // @ts-expect-error -- a mock that does not have the type of its step
    { input: { query: 'x', video: 'v' }, output: [], mock: { search: async () => 5 } },
    // @ts-expect-error -- a mock of a step that does not exist
    { input: { query: 'x', video: 'v' }, output: [], mock: { find: async () => ['a'] } },
    // @ts-expect-error -- a test without a required input
    { input: { query: 'x' }, output: [] },
    // @ts-expect-error -- an output that does not exist
    { input: { query: 'x', video: 'v' }, output: [['cnt', 2]] },
  ],
})

const hinted = defineBlock({
  ...common,
  name: 'Hinted',
  // @ts-expect-error -- a hint of the wrong type
  input: z.object({ a: z.string().meta({ advanced: 'yes' }) }),
  output: z.object({}),
  async *run() {},
  tests: [{ input: { a: '' }, output: [] }],
})

const untyped = defineBlock({
  ...common,
  name: 'Untyped',
  input: z.object({}),
  output: z.object({ count: z.int() }),
  // @ts-expect-error -- `output.count` makes an output, not a pair
  async *run() {
    yield ['count', 1]
  },
  tests: [{ input: {}, output: [] }],
})

test('the examples of types define blocks', () => {
  expect([typed, hinted, untyped].map(({ name }) => name)).toEqual(['Typed', 'Hinted', 'Untyped'])
})
