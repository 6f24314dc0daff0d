import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseFileId } from '../../shared/model/path.ts'
import {
  decodeWorkspaceId,
  encodeWorkspaceId,
  objectName,
  ownerOf,
} from '../../shared/model/storage-path.ts'

const userId = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 })

describe('an object name', () => {
  it('decodes to its workspace and file for any user id and name', () => {
    fc.assert(
      fc.property(userId, fc.string(), (workspaceId, name) => {
        const id = newId()
        const object = objectName(workspaceId, id, name)
        expect(object).toMatch(/^[a-z0-9_~-]+\/[0-9a-f-]{36}\/[A-Za-z0-9-][A-Za-z0-9._-]{0,99}$/)
        expect(ownerOf(`gcs://bucket/workspaces/${object}`)).toEqual({ workspaceId, id })
        expect(ownerOf(`local://${object}`)).toEqual({ workspaceId, id })
      }),
    )
  })

  it('keeps the last 100 ASCII characters of a file name', () => {
    expect(place('q3 report.pdf')).toBe('q3_report.pdf')
    expect(place('../../etc/passwd')).toBe('etc_passwd')
    expect(place('фото.jpg')).toBe('jpg')
    expect(place('…')).toBe('file')
    expect(place(`${'a'.repeat(300)}.png`)).toMatch(/^a{96}\.png$/)
  })

  it('of another form decodes to undefined', () => {
    const id = randomUUID()
    for (const path of [
      '',
      'a',
      `a/${id}`,
      `A/${id}/x`,
      `a/${id.toUpperCase()}/x`,
      `a~zz/${id}/x`,
      `a/x/y`,
    ]) {
      expect(ownerOf(`local://${path}`)).toBeUndefined()
    }
  })
})

describe('an encoded user id', () => {
  it('is unique, even if case is ignored', () => {
    fc.assert(
      fc.property(userId, userId, (a, b) => {
        const same = encodeWorkspaceId(a).toLowerCase() === encodeWorkspaceId(b).toLowerCase()
        expect(same).toBe(a === b)
        expect(decodeWorkspaceId(encodeWorkspaceId(a))).toBe(a)
      }),
    )
    expect(encodeWorkspaceId('Ann')).not.toBe(encodeWorkspaceId('ann'))
    expect(encodeWorkspaceId('_a')).not.toBe(encodeWorkspaceId('A'))
  })

  it('contains no dot and no slash', () => {
    expect(encodeWorkspaceId('../../etc')).toBe('~2e~2e~2f~2e~2e~2fetc')
    expect(encodeWorkspaceId('auth0|5F')).toBe('auth0~7c5_f')
  })
})

function place(name: string) {
  return objectName('u', newId(), name).split('/').at(-1)
}

function newId() {
  const id = parseFileId(randomUUID())
  if (id === undefined) throw new Error('randomUUID is a UUIDv4')
  return id
}
