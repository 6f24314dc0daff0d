import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCursor, readCursor } from '../../shared/model/cursor.ts'
import type { ListQuery } from '../../shared/model/listing.ts'

const query: Omit<ListQuery, 'limit'> = {
  workspaceId: 'ann',
  prefix: '/a/',
  deleted: false,
  sort: 'path',
  descending: false,
}
const position = { path: '/a/b', sequence: 7 }

describe('a cursor', () => {
  it('returns its position for its own query', () => {
    expect(readCursor(query, createCursor(query, position))).toEqual(position)
    expect(readCursor({ ...query }, createCursor(query, { sequence: 3 }))).toEqual({ sequence: 3 })
  })

  it.each<[string, Partial<ListQuery>]>([
    ['of another user', { workspaceId: 'bob' }],
    ['with another prefix', { prefix: '/b/' }],
    ['in another order', { descending: true }],
    ['of the trash', { deleted: true }],
    ['with one more filter', { state: 'ready' }],
  ])('is refused for a query %s', (_, change) => {
    const cursor = createCursor(query, position)
    expect(() => readCursor({ ...query, ...change }, cursor)).toThrow(/^cursor: /)
  })

  it('is rejected after any change', () => {
    const cursor = createCursor(query, position)
    const change = fc.record({
      at: fc.nat(cursor.length),
      put: fc.string({ maxLength: 2 }),
      drop: fc.nat(2),
    })
    fc.assert(
      fc.property(change, ({ at, put, drop }) => {
        const changed = cursor.slice(0, at) + put + cursor.slice(at + drop)
        fc.pre(changed !== cursor)
        expect(() => readCursor(query, changed)).toThrow(/^cursor: /)
      }),
      { numRuns: 500 },
    )
  })
})
