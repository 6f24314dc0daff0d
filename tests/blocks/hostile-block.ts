import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import {
  BlockExecutionError,
  defineBlock,
  media,
  outputMedia,
  type Emitted,
} from '../../shared/blocks/sdk.ts'
import { eicar } from '../../shared/media/eicar.ts'

/** Emits one file, and then does one wrong thing, after or instead of which it would emit a second file. */
export const hostile = defineBlock({
  id: '1c0f2b6e-54a7-4a0e-9f0f-3d6a1f7f2a10',
  name: 'Hostile',
  description: 'Does what a block must not do.',
  categories: ['developer_tools'],
  limits: { seconds: 2, outputs: 3 },
  programs: ['dd'],
  input: z.object({
    how: z.string().default(''),
    own: z.string().default(''),
    files: z.array(media({ accept: 'text/plain' })).default([]),
  }),
  output: z.object({
    file: outputMedia(),
    picture: outputMedia({ accept: 'image/*' }),
    text: z.string(),
    texts: z.array(z.string()),
    count: z.int(),
    any: z.unknown(),
  }),
  async *run({ input: { how, own, files }, output, context }) {
    yield output.file('data:text/plain,first')
    const wrong: Record<string, () => Emitted | Promise<Emitted>> = {
      'wrong name': () => ['nothing', 1] as unknown as Emitted,
      'inherited name': () => ['toString', 1] as unknown as Emitted,
      'not a pair': () => 5 as unknown as Emitted,
      'wrong type': () => output.count(1.5),
      'large text': () => output.text('x'.repeat(70_000)),
      'large value': () => output.texts(Array.from({ length: 10 }, () => 'x'.repeat(60_000))),
      'not JSON': () => output.any(1n),
      'wrong file type': () => output.picture('data:text/plain,hello'),
      'outside file': () => output.file('../../../etc/passwd'),
      'inner address': () => output.file('http://169.254.169.254/latest/meta-data/'),
      'own file': () => output.file(own),
      bug: () => {
        throw new Error('postgres://user:password@database')
      },
      'full disk': async () => {
        await context.run('dd', ['if=/dev/zero', 'of=large', 'bs=1M', 'count=30'])
        return output.count(1)
      },
      'full device': async () => {
        await context.run('dd', ['if=/dev/zero', 'of=/dev/full', 'count=1'])
        return output.count(1)
      },
      'own full disk': async () => {
        await writeFile(join(context.directory, 'large'), Buffer.alloc(30_000_000))
        return new Promise<Emitted>(() => undefined)
      },
      'undeclared program': async () => output.text(await context.run('cat', ['/etc/passwd'])),
      error: () => output.error('The block says why.'),
      'long error': () => {
        throw new BlockExecutionError(`Why: \ud800${'x'.repeat(2_000_000)}`)
      },
      infected: async () => {
        await writeFile(join(context.directory, 'eicar.com'), eicar)
        return output.file('eicar.com')
      },
      never: () => new Promise<Emitted>(() => undefined),
      waits: () =>
        new Promise<Emitted>((_, reject) => {
          context.signal.addEventListener('abort', () => reject(context.signal.reason as Error))
        }),
    }
    const next = wrong[how]
    if (next) yield await next()
    if (how === 'too many') for (let n = 0; n < 10; n++) yield output.count(n)
    if (how === 'progress') yield { progress: 'half', fraction: 0.5 }
    yield output.count(files.length)
  },
  tests: [{ input: {}, output: [] }],
})
