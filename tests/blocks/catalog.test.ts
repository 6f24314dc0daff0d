import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { expect, test } from 'vitest'
import { blocks } from '../../blocks/index.ts'
import {
  incompatibilities,
  releaseOf,
  type ReleasedBlock,
} from '../../scripts/block-compatibility.ts'
import type { AnyBlock } from '../../shared/blocks/any-block.ts'
import { openRegistry } from '../../shared/blocks/registry.ts'
import { echo } from './echo-block.ts'

const registry = openRegistry(blocks)
const path = join(import.meta.dirname, '../../blocks/catalog.json')
const released = JSON.parse(await readFile(path, 'utf8')) as ReleasedBlock[]

test('every released block still means the same', () => {
  expect(released.length).toBeGreaterThan(0)
  expect(released.flatMap((block) => incompatibilities(block, registry.get(block.id)))).toEqual([])
})

test('blocks/catalog.json is up to date: run npm run blocks:catalog', () => {
  expect(released).toEqual(registry.all().map(releaseOf))
})

const fields = echo.input.shape

test.each<[string, Partial<Pick<AnyBlock, 'name' | 'input' | 'output'>>, string[]]>([
  ['another name', { name: 'Other' }, ['Echo is now Other']],
  [
    'an input less',
    { input: z.object({ text: fields.text }) },
    ['Echo: the input "mode" is removed or has another type'],
  ],
  [
    'a new required input',
    { input: echo.input.extend({ more: z.string() }) },
    ['Echo: the input "more" is newly required'],
  ],
  [
    'another type of an input',
    { input: echo.input.extend({ text: z.string().max(5) }) },
    ['Echo: the input "text" is removed or has another type'],
  ],
  [
    'a mode less',
    { input: echo.input.extend({ mode: z.enum(['once']).default('once') }) },
    ['Echo: the input "mode" is removed or has another type'],
  ],
  [
    'another type of an output',
    { output: echo.output.extend({ text: z.int() }) },
    ['Echo: the output "text" is removed or has another type'],
  ],
  ['a new optional input', { input: echo.input.extend({ more: z.string().optional() }) }, []],
  ['another title', { input: echo.input.extend({ text: fields.text.meta({ title: 'T' }) }) }, []],
  [
    'a mode more',
    { input: echo.input.extend({ mode: z.enum(['once', 'twice', 'never']).default('once') }) },
    [],
  ],
])('%s is found, or allowed', (_, change, expected) => {
  expect(incompatibilities(releaseOf(echo), { ...echo, ...change })).toEqual(expected)
})

test('a block that was removed is found', () => {
  expect(incompatibilities(releaseOf(echo), undefined)).toEqual([`Echo (${echo.id}) is missing`])
})
