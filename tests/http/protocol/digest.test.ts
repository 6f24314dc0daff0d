import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { expectedChecksum, reprDigest } from '../../../shared/http/protocol/digest.ts'

const hash = createHash('sha256').update('hello')
const base64 = hash.copy().digest('base64')
const checksum = hash.digest('hex')
const other = createHash('sha256').update('bye').digest('base64')
const member = `sha-256=:${base64}:`

type Fields = Record<string, string>
const expected = (fields: Fields) => expectedChecksum((name) => fields[name])

describe('digest fields (RFC 9530)', () => {
  it.each<[Fields, string | undefined]>([
    [{}, undefined],
    [{ 'content-digest': member }, checksum],
    [{ 'repr-digest': member }, checksum],
    [{ 'content-digest': member, 'repr-digest': member }, checksum],
    [{ 'content-digest': `md5=:AAAA:, ${member}` }, checksum],
    [{ 'content-digest': `${member};q=1` }, checksum],
    [{ 'content-digest': `sha-256=:${other}:, ${member}` }, checksum],
    [{ 'content-digest': 'sha-512=:AAAA:' }, undefined],
    [{ 'content-digest': '' }, undefined],
    [{ 'content-digest': 'unknown' }, undefined],
    [{ 'content-digest': 'md5=:AAAA:', 'repr-digest': member }, checksum],
  ])('%j expects %s', (fields, sum) => {
    expect(expected(fields)).toBe(sum)
  })

  it.each<[Fields, string]>([
    [{ 'content-digest': `sha-256=${base64}` }, 'Content-Digest'],
    [{ 'content-digest': `sha-256=:${base64}` }, 'Content-Digest'],
    [{ 'content-digest': `SHA-256=:${base64}:` }, 'Content-Digest'],
    [{ 'content-digest': `${member},` }, 'Content-Digest'],
    [{ 'content-digest': 'sha-256=:AAAA:' }, 'Content-Digest'],
    [{ 'content-digest': 'sha-256=::' }, 'Content-Digest'],
    [{ 'content-digest': 'sha-256="text"' }, 'Content-Digest'],
    [{ 'content-digest': 'sha-256' }, 'Content-Digest'],
    [{ 'content-digest': `sha-256=(:${base64}:)` }, 'Content-Digest'],
    [{ 'repr-digest': 'sha-256=:!!!:' }, 'Repr-Digest'],
    [{ 'content-digest': member, 'repr-digest': `sha-256=:${other}:` }, 'Repr-Digest'],
  ])('rejects %j naming %s', (fields, field) => {
    expect(() => expected(fields)).toThrow(
      expect.objectContaining({
        code: 'invalid-request',
        errors: [expect.objectContaining({ field })],
      }),
    )
  })

  it('writes what it reads', () => {
    expect(reprDigest(checksum)).toBe(member)
    expect(expected({ 'repr-digest': reprDigest(checksum) })).toBe(checksum)
  })
})
