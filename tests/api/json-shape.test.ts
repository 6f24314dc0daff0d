import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseJson } from '../../shared/api/json.ts'
import { metadataSchema, metadataTextSchema } from '../../shared/api/metadata-schema.ts'
import { parsed } from '../../shared/api/parsed.ts'

const json = (text: string) => () => parseJson(text, 'body')
const metadata = (value: unknown) =>
  parsed(z.object({ metadata: metadataSchema }), { metadata: value })
const fromText = (text: string) =>
  parsed(z.object({ metadata: metadataTextSchema }), { metadata: text })

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

describe('parseJson', () => {
  it.each([
    ['elements', `[${'0,'.repeat(20_000)}!`],
    ['arrays', `[${'[],'.repeat(10_000)}!`],
    ['objects', `[${'{},'.repeat(10_000)}!`],
    ['elements after a string of brackets', `["${'['.repeat(100)}",${'0,'.repeat(20_000)}!`],
  ])('with too many %s is refused before it is parsed', (_, text) => {
    expect(json(text)).toThrow('body: must have at most 16384 members and elements')
  })

  it.each([
    ['arrays', `${'['.repeat(66)}!`],
    ['objects', `${'{"a":'.repeat(66)}!`],
  ])('with %s nested too deep is refused before it is parsed', (_, text) => {
    expect(json(text)).toThrow('body: must not be nested deeper than 64 levels')
  })

  it('accepts any number of brackets and commas in strings', () => {
    const text = String.raw`[],{}\"\\`.repeat(10_000)
    expect(parseJson(JSON.stringify({ text }), 'body')).toEqual({ text })
  })

  it('rejects nesting deeper than 64 levels', () => {
    expect(json(nested(65))).not.toThrow()
    expect(json(nested(66))).toThrow('must not be nested deeper than 64 levels')
  })
})

describe('metadata', () => {
  it('may consist of brackets up to the largest size', () => {
    const list = `{"a":[${'[],'.repeat(5458)}0]}`
    expect(list.length).toBeLessThanOrEqual(16_384)
    expect(fromText(list).metadata).toEqual(JSON.parse(list))
  })

  it.each([
    ['an array', Array<number>(10_000).fill(0)],
    ['a text', 'x'.repeat(20_000)],
    ['values that are not JSON', { a: 'x'.repeat(20_000), b: new Date() }],
  ])('that is too long is refused for its size before it is walked: %s', (_, value) => {
    expect(() => metadata(value)).toThrow('metadata: must be at most 16384 bytes of JSON')
  })

  it('is rejected before parsing if its text is too long', () => {
    expect(() => fromText(`{${' '.repeat(70_000)}!`)).toThrow(
      'metadata: must be at most 16384 bytes',
    )
  })

  it('is measured without whitespace', () => {
    expect(fromText(`{"a":${' '.repeat(20_000)}1}`).metadata).toEqual({ a: 1 })
  })

  it('is rejected if it is cyclic', () => {
    const value: Record<string, unknown> = {}
    value['self'] = value
    expect(() => metadata(value)).toThrow('metadata: must be a JSON object')
  })

  it.each([
    ['a lone surrogate', { a: '\ud800' }, 'must not contain lone surrogates'],
    ['a member __proto__', JSON.parse('{"__proto__":1}'), '"__proto__"'],
    ['a date', { a: new Date(0) }, 'metadata'],
    ['a text', 'text', 'must be a JSON object'],
    ['null', null, 'must be a JSON object'],
    ['nothing', undefined, 'metadata'],
  ])('is refused with %s', (_, value, rule) => {
    expect(() => metadata(value)).toThrow(rule)
  })

  it('may be absent if optional', () => {
    expect(parsed(z.object({ metadata: metadataSchema.optional() }), {})).toEqual({})
  })
})
