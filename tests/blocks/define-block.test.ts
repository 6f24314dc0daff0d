import { z } from 'zod'
import { expect, test } from 'vitest'
import type { AnyBlock } from '../../shared/blocks/any-block.ts'
import { describe as describeBlock } from '../../shared/blocks/describe.ts'
import { openRegistry } from '../../shared/blocks/registry.ts'
import { defineBlock, defineProvider, media, outputMedia } from '../../shared/blocks/sdk.ts'
import { echo } from './echo-block.ts'

const other = (change: object): AnyBlock => ({ ...echo, ...change })
const define = (change: object) => () => defineBlock({ ...echo, ...change })
const newId = '0b2c4c7e-7a37-4f0c-8a5e-2f1f8f6d9e42'

test.each([
  ['an id that is not a UUID of version 4', { id: '6d1b6b0e-3b0a-1c55-9d0b-6f0f0a7d2c11' }, 'UUID'],
  ['a name that is not in PascalCase', { name: 'echo_text' }, 'PascalCase'],
  ['no test', { tests: [] }, 'no test'],
  ['an output "error"', { output: z.object({ error: z.string() }) }, '"error"'],
  [
    'an object that ignores unknown fields',
    { input: z.object({ size: z.object({ width: z.int() }) }) },
    'the input input.size ignores unknown fields',
  ],
  [
    'a file in a union',
    { input: z.object({ file: z.union([media(), z.int()]) }) },
    'a file of the input is in a union',
  ],
  [
    'a file in a tuple',
    { output: z.object({ files: z.tuple([outputMedia()]) }) },
    'a file of the output is in a union or a tuple',
  ],
])('a block with %s is refused', (_, change, message) => {
  expect(define(change)).toThrow(message)
})

test.each([
  ['the same id', other({ name: 'Other' }), 'Echo and Other have the same id'],
  ['the same name in another case', other({ id: newId, name: 'ECHO' }), 'Two blocks have the name'],
])('a registry refuses two blocks with %s', (_, second, message) => {
  expect(() => openRegistry([echo, second])).toThrow(message)
})

test('a registry refuses a block that needs a sign-in', () => {
  const provider = defineProvider({
    name: 'acme',
    title: 'Acme',
    origin: 'https://api.acme.example',
    auth: [{ type: 'api_key', title: 'API key' }],
  })
  expect(() => openRegistry([other({ provider })])).toThrow('Echo needs a sign-in at Acme')
})

test.each([
  ['a name with capitals', { name: 'Acme' }],
  ['an origin with a path', { origin: 'https://api.acme.example/v1' }],
  ['an origin without TLS', { origin: 'http://api.acme.example' }],
])('a provider with %s is refused', (_, change) => {
  const provider = { name: 'acme', title: 'Acme', origin: 'https://api.acme.example', auth: [] }
  expect(() => defineProvider({ ...provider, ...change })).toThrow(TypeError)
})

test('a search finds exact names first, then words of names, then of descriptions', () => {
  const say = other({ id: newId, name: 'SayText', description: 'Echo of a text.' })
  const none = other({ id: '94c2f7b1-6e0d-4a83-8b57-2d1a0c9f3e68', name: 'Hash', description: '' })
  const registry = openRegistry([none, say, echo])
  const names = (q: string) => registry.find({ q }).map(({ name }) => name)
  expect(names('echo')).toEqual(['Echo', 'SayText'])
  expect(names('EchoBlock')[0]).toBe('Echo')
  expect(names('texts')).toEqual(['SayText'])
  expect(names('say a thing of an')).toEqual(['SayText'])
  expect(names('unheard')).toEqual([])
  expect(names('')).toEqual(['Echo', 'Hash', 'SayText'])
  expect(registry.find({ category: 'images' })).toEqual([])
})

test('a description has strict JSON Schemas with the hints of forms and the implicit error', () => {
  const { input, output, examples } = describeBlock(
    defineBlock({
      ...echo,
      input: z.object({
        file: media({ accept: 'image/*' }).meta({ title: 'File' }),
        key: z.string().default('').meta({ advanced: true, placeholder: 'a' }),
      }),
      output: z.object({ files: z.array(outputMedia()) }),
      async *run() {},
      tests: [{ input: { file: 'data:,x' }, output: [] }],
    }),
  )
  expect(input).toEqual({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      file: {
        type: 'string',
        minLength: 1,
        format: 'coffer-media',
        media: { form: 'local_path', accept: 'image/*' },
        title: 'File',
      },
      key: { type: 'string', default: '', advanced: true, placeholder: 'a' },
    },
    required: ['file'],
    additionalProperties: false,
  })
  expect(output.properties?.['error']).toEqual({
    type: 'string',
    description: 'Why the run failed',
  })
  expect(output.required).toBeUndefined()
  expect(examples).toEqual([{ file: 'data:,x' }])
})
