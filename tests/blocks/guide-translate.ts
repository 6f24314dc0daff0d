import { z } from 'zod'
import {
  BlockExecutionError,
  BlockInputError,
  defineBlock,
  defineProvider,
  perRun,
} from '../../shared/blocks/sdk.ts'

const dictionary = defineProvider({
  name: 'dictionary',
  title: 'Dictionary',
  origin: 'https://dictionary.example',
  auth: [], // a provider with sign-ins is refused as long as the server keeps no credentials
  cost: [perRun(1)],
})

export const translate = defineBlock({
  id: '3f6c2d0a-8b54-4e19-9a7f-6d1e5c2b4a98',
  name: 'GuideTranslate',
  description: 'Translates words.',
  categories: ['text'],
  provider: dictionary,
  cost: [perRun(0.5), { type: 'items', credits: 1, per: 10, atMost: 5 }],
  limits: { seconds: 30, outputs: 100 },
  input: z.object({
    words: z.array(z.string().min(1)).max(100).meta({ title: 'Words', placeholder: 'cat' }),
    from: z.enum(['en', 'de']).default('en').meta({ title: 'From', advanced: true }),
    to: z.enum(['en', 'de']).meta({ title: 'To', description: 'The language of the result' }),
  }),
  output: z.object({ translations: z.array(z.string()), count: z.int() }),
  steps: {
    async look(url: string): Promise<string> {
      throw new BlockExecutionError(`The dictionary does not answer: ${new URL(url).hostname}`)
    },
  },
  async *run({ input: { words, from, to }, output, steps, context }) {
    if (from === to) throw new BlockInputError('to: is the language of the words')
    const translations: string[] = []
    for (const [index, word] of words.entries()) {
      yield { progress: word, fraction: index / words.length }
      translations.push(await steps.look(`${dictionary.origin}/${from}/${to}/${word}`))
      context.meter.items(1)
    }
    yield output.translations(translations)
    yield output.count(translations.length)
  },
  tests: [
    {
      input: { words: ['cat', 'dog'], to: 'de' },
      mock: { look: async (url) => (url.endsWith('cat') ? 'Katze' : 'Hund') },
      output: [
        ['translations', ['Katze', 'Hund']],
        ['count', z.int().positive()],
      ],
    },
    {
      name: 'refuses the same language',
      input: { words: ['cat'], from: 'de', to: 'de' },
      output: [['error', 'to: is the language of the words']],
    },
    {
      name: 'says that the dictionary does not answer',
      input: { words: ['cat'], to: 'de' },
      output: [['error', /^The dictionary does not answer/]],
    },
  ],
})
