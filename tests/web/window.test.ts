import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rowsInSight, scrollTo } from '../../web/list/window.ts'

const rowHeight = 44
const over = 12
const view = fc.record({
  count: fc.nat(200_000),
  height: fc.integer({ min: 1, max: 3000 }),
  part: fc.double({ min: 0, max: 1, noNaN: true }),
})

describe('rowsInSight', () => {
  test('has every row in sight, and at most 12 more on each side', () => {
    fc.assert(
      fc.property(view, ({ count, height, part }) => {
        const top = part * Math.max(0, count * rowHeight - height)
        const { first, last } = rowsInSight({ top, height, rowHeight, count })
        expect(first).toBeGreaterThanOrEqual(0)
        expect(last).toBeLessThanOrEqual(count)
        expect(first * rowHeight).toBeLessThanOrEqual(Math.max(0, top))
        expect(last * rowHeight).toBeGreaterThanOrEqual(Math.min(count * rowHeight, top + height))
        expect(last - first).toBeLessThanOrEqual(Math.ceil(height / rowHeight) + 1 + 2 * over)
      }),
    )
  })

  test('has no row of an empty list, and none beyond the end after rows have gone', () => {
    expect(rowsInSight({ top: 0, height: 500, rowHeight, count: 0 })).toEqual({ first: 0, last: 0 })
    const { first, last } = rowsInSight({ top: 100_000, height: 500, rowHeight, count: 3 })
    expect(first).toBeLessThanOrEqual(last)
    expect(last).toBe(3)
  })
})

describe('scrollTo', () => {
  test('brings a row into sight, and leaves a row in sight where it is', () => {
    fc.assert(
      fc.property(view, fc.nat(200_000), ({ height, part }, index) => {
        fc.pre(height >= rowHeight)
        const before = part * 1_000_000
        const top = scrollTo(index, { top: before, height, rowHeight })
        expect(top).toBeLessThanOrEqual(index * rowHeight)
        expect(top + height).toBeGreaterThanOrEqual((index + 1) * rowHeight)
        expect(scrollTo(index, { top, height, rowHeight })).toBe(top)
      }),
    )
  })
})
