import { describe, expect, test } from 'vitest'
import { DecodedRecords } from '../../../shared/adapters/sqlite/decoded-records.ts'
import type { FileRecord } from '../../../shared/model/file.ts'

/** A record with only the members that a test reads. */
const fileOf = (name: string) => ({ name, metadata: { tags: ['a'] } }) as unknown as FileRecord

describe('DecodedRecords', () => {
  test('returns the same frozen record for the same texts', () => {
    const records = new DecodedRecords()
    const file = records.add('record', 'metadata', fileOf('a'))
    expect(records.get('record', 'metadata')).toBe(file)
    expect(() => (file.metadata['tags'] as string[]).push('b')).toThrow(TypeError)
    expect(() => (file.name = 'b')).toThrow(TypeError)
  })

  test('does not return a record for other texts', () => {
    const records = new DecodedRecords()
    records.add('record', 'metadata', fileOf('a'))
    expect(records.get('record', 'other metadata')).toBeUndefined()
    expect(records.get('other record', 'metadata')).toBeUndefined()
  })

  test('forgets records that were not used for a while, and keeps those that were', () => {
    const records = new DecodedRecords()
    const used = records.add('used', '', fileOf('used'))
    records.add('unused', '', fileOf('unused'))
    for (let i = 0; i < 3000; i++) {
      records.add(String(i).padEnd(1000), '', fileOf(String(i)))
      expect(records.get('used', '')).toBe(used)
    }
    expect(records.get('unused', '')).toBeUndefined()
  })

  test('does not keep a long record', () => {
    const records = new DecodedRecords()
    records.add('x'.repeat(5000), '', fileOf('a'))
    records.add('record', 'x'.repeat(5000), fileOf('b'))
    expect(records.get('x'.repeat(5000), '')).toBeUndefined()
    expect(records.get('record', 'x'.repeat(5000))).toBeUndefined()
  })
})
