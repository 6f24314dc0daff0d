import { describe, expect, test } from 'vitest'
import { parseUploadRange } from '../../../shared/http/protocol/upload-range.ts'

describe('Content-Range of a resumable upload', () => {
  test.each([
    [undefined, 'whole'],
    ['bytes 0-99/200', { firstByte: 0, sizeBytes: 100, totalBytes: 200 }],
    ['bytes 100-199/200', { firstByte: 100, sizeBytes: 100, totalBytes: 200 }],
    ['Bytes 5-5/6', { firstByte: 5, sizeBytes: 1, totalBytes: 6 }],
    ['bytes 0-99/*', { firstByte: 0, sizeBytes: 100 }],
    ['bytes */200', { totalBytes: 200 }],
    ['bytes */0', { totalBytes: 0 }],
    ['bytes */*', {}],
    [' bytes */* ', {}],
  ])('reads %j', (value, expected) => {
    expect(parseUploadRange(value)).toEqual(expected)
  })

  test.each([
    '',
    'bytes',
    'bytes 0-99',
    'bytes=0-99/200',
    'bytes 0-/200',
    'bytes -99/200',
    'bytes 99-0/200',
    'bytes 0-200/200',
    'bytes 0-99/50',
    'bytes 0-99/-1',
    'bytes 0x0-9/10',
    'bytes 0-9/1e1',
    'items 0-9/10',
    'bytes 0-9/10, 0-9/10',
    'bytes 0-9007199254740992/*',
    'bytes */99999999999999999999',
  ])('rejects %j', (value) => {
    const refusal = expect.objectContaining({ code: 'invalid-request' }) as Error
    expect(() => parseUploadRange(value)).toThrow(refusal)
  })
})
