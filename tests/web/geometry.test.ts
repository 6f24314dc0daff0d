import fc from 'fast-check'
import { expect, test } from 'vitest'
import { geometryOf, placeOf } from '../../web/list/geometry.ts'

const pages = fc.record({ width: fc.integer({ min: 300, max: 4000 }), isNarrow: fc.boolean() })

test('tiles stay in the width of the list, and none covers another', () => {
  fc.assert(
    fc.property(pages, fc.nat(10_000), ({ width, isNarrow }, index) => {
      const geometry = geometryOf('tiles', width, isNarrow)
      const here = placeOf(index, geometry, isNarrow)
      const next = placeOf(index + 1, geometry, isNarrow)
      const below = placeOf(index + geometry.columns, geometry, isNarrow)
      expect(here.start).toBeGreaterThanOrEqual(0)
      expect(here.start + geometry.tileWidth).toBeLessThanOrEqual(width)
      const isBeside = next.start > here.start + geometry.tileWidth
      expect(isBeside || next.top >= here.top + geometry.lineHeight).toBe(true)
      expect(below.start).toBe(here.start)
      expect(below.top).toBe(here.top + geometry.lineHeight)
      expect(geometry.lineHeight).toBeGreaterThan(geometry.tileWidth * 0.75)
    }),
  )
})

test('rows of a list follow each other from the top', () => {
  const geometry = geometryOf('list', 1000, false)
  expect(placeOf(0, geometry, false)).toEqual({ start: 0, top: 0 })
  expect(placeOf(7, geometry, false)).toEqual({ start: 0, top: 7 * 44 })
})
