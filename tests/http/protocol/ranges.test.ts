import { describe, expect, it } from 'vitest'
import { contentRange, selectRanges } from '../../../shared/http/protocol/ranges.ts'

const huge = '9'.repeat(400)

const satisfiable: [field: string, ...ranges: [number, number][]][] = [
  ['bytes=0-0', [0, 0]],
  ['bytes=0-9', [0, 9]],
  ['bytes=2-', [2, 9]],
  ['bytes=9-', [9, 9]],
  ['bytes=-1', [9, 9]],
  ['bytes=-3', [7, 9]],
  ['bytes=-10', [0, 9]],
  ['bytes=-11', [0, 9]],
  [`bytes=-${huge}`, [0, 9]],
  [`bytes=4-${huge}`, [4, 9]],
  ['bytes=000-0001', [0, 1]],
  ['BYTES=1-2', [1, 2]],
  ['Bytes=1-2', [1, 2]],
  ['bytes=8-9,0-1', [8, 9], [0, 1]],
  ['bytes=0-0 ,\t2-2, -1', [0, 0], [2, 2], [9, 9]],
  ['bytes=,,0-0,,1-1 , ,', [0, 0], [1, 1]],
  ['bytes=0-1,10-11', [0, 1]],
  ['bytes=10-11,-0,3-', [3, 9]],
  ['bytes=0-3,2-4,4-5', [0, 3], [2, 4], [4, 5]],
  ['bytes=0-4,5-9', [0, 4], [5, 9]],
  ['bytes=3-7,0-4', [3, 7], [0, 4]],
]

const unsatisfiable = ['bytes=10-', 'bytes=10-11', 'bytes=-0', `bytes=${huge}-`, 'bytes=10-,-0']

const ignored: Record<string, string> = {
  'another unit': 'items=0-1',
  'no unit': '0-1',
  'no range': 'bytes=',
  'only commas': 'bytes=, ,',
  'a last position before the first': 'bytes=5-4',
  'one invalid range among valid ones': 'bytes=0-1,5-4',
  'a huge last position before a huger first': 'bytes=9007199254740993-9007199254740992',
  'two dashes': 'bytes=--1',
  'a lone dash': 'bytes=-',
  'no dash': 'bytes=7',
  'three positions': 'bytes=0-1-2',
  letters: 'bytes=a-b',
  'hexadecimal digits': 'bytes=0x1-0x2',
  'a sign': 'bytes=+1-2',
  'a fraction': 'bytes=0.5-1',
  'digits that are not ASCII': 'bytes=٠-١',
  'white space around the equals sign': 'bytes = 0-1',
  'white space before the first range': 'bytes= 0-1',
  'white space inside a range': 'bytes=0 - 1',
  'a semicolon': 'bytes=0-1;2-3',
  'ranges that together are one byte longer than the file': 'bytes=0-5,5-9',
  'the whole file twice': 'bytes=0-,0-',
  'sixteen times the file': `bytes=${Array.from({ length: 16 }, () => '0-').join()}`,
  'two fields joined': 'bytes=0-1, bytes=2-3',
  'nothing at all': '',
}

const single = (count: number) =>
  `bytes=${Array.from({ length: count }, (_, i) => `${i}-${i}`).join()}`

describe('byte ranges (RFC 9110 §14)', () => {
  it.each(satisfiable)('%s of 10 bytes', (field, ...ranges) => {
    expect(selectRanges(field, 10)).toEqual(ranges.map(([start, end]) => ({ start, end })))
  })

  it.each(unsatisfiable)('%s of 10 bytes is unsatisfiable', (field) => {
    expect(selectRanges(field, 10)).toBe('unsatisfiable')
  })

  it.each(Object.entries(ignored))('a field with %s is ignored', (_, field) => {
    expect(selectRanges(field, 10)).toBe('whole')
  })

  it('returns whole without the field', () => {
    expect(selectRanges(undefined, 10)).toBe('whole')
  })

  it.each(['bytes=0-', 'bytes=0-0', 'bytes=-1', 'bytes=-0'])(
    'any range of an empty file is unsatisfiable: %s',
    (field) => {
      expect(selectRanges(field, 0)).toBe('unsatisfiable')
    },
  )

  it('accepts 16 ranges, and returns whole for more', () => {
    expect(selectRanges(single(16), 100)).toHaveLength(16)
    expect(selectRanges(single(17), 100)).toBe('whole')
  })

  it('keeps positions exact up to the largest size', () => {
    const sizeBytes = Number.MAX_SAFE_INTEGER
    expect(selectRanges('bytes=-1', sizeBytes)).toEqual([
      { start: sizeBytes - 1, end: sizeBytes - 1 },
    ])
  })

  it('writes Content-Range with and without a range', () => {
    expect(contentRange({ start: 1, end: 2 }, 10)).toBe('bytes 1-2/10')
    expect(contentRange(undefined, 10)).toBe('bytes */10')
  })
})
