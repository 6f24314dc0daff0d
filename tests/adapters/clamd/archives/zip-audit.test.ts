import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ZipAudit } from '../../../../shared/adapters/clamd/archives/zip-audit.ts'
import { oddZip, type OddEntry } from '../../../support/files/odd-zip.ts'
import { zip } from '../../../support/files/zip.ts'

const bytes = Buffer.from('the bytes of the file')
const archive = (entry: OddEntry = {}) => oddZip('notes.txt', bytes, entry)

function skips(file: Buffer, chunkBytes = file.length): boolean {
  const audit = new ZipAudit()
  for (let at = 0; at < file.length; at += chunkBytes) audit.add(file.subarray(at, at + chunkBytes))
  return audit.hasSkippedContent()
}

describe('ZipAudit accepts a zip file that clamd unpacks', () => {
  test.each<[string, Buffer]>([
    ['stored', archive()],
    ['deflated', archive({ method: 8 })],
    ['compressed by Deflate64', archive({ method: 9 })],
    ['compressed by bzip2', archive({ method: 12 })],
    ['streamed', archive({ method: 8, streamed: true })],
    [
      'streamed by Python, with Zip64 sizes',
      archive({ streamed: true, wideDescriptor: true, zip64Local: true }),
    ],
    ['after a program', archive({ method: 8, prefix: randomBytes(100_000) })],
    ['with another archive in it', zip('inner.zip', archive({ streamed: true }))],
    ['with an empty file', oddZip('empty', Buffer.alloc(0), { streamed: true })],
    [
      'with a comment',
      Buffer.concat([archive().subarray(0, -2), Buffer.from([2, 0]), Buffer.from('hi')]),
    ],
    ['without a file', archive().subarray(-22)],
    ['encrypted, which clamd says itself', zip('secret', bytes, { encrypted: true })],
    ['no zip file at all', randomBytes(1_000_000)],
    ['nothing', Buffer.alloc(0)],
    [
      'a tar file with a streamed archive in it',
      Buffer.concat([Buffer.alloc(512, 't'), archive({ streamed: true }), Buffer.alloc(1024)]),
    ],
  ])('%s', (_, file) => {
    expect(skips(file)).toBe(false)
  })
})

describe('ZipAudit detects a zip file that clamd does not unpack, for any chunk size', () => {
  const cases: [string, Buffer][] = [
    ['Zip64 sizes', archive({ zip64Local: true })],
    ['Zip64 sizes in the directory', archive({ zip64Directory: true, streamed: true })],
    ['a Zip64 offset', archive({ zip64Offset: true })],
    ['a Zip64 end', archive({ zip64End: true })],
    ['LZMA', archive({ method: 14 })],
    ['a lie about the size', archive({ claims: { compressedBytes: 1, sizeBytes: 1 } })],
    ['no directory', archive().subarray(0, -80)],
    ['an archive in front', Buffer.concat([archive(), archive()])],
    ['an archive hidden in front', archive({ prefix: archive() })],
    [
      'streamed after a picture',
      Buffer.concat([Buffer.from('GIF89a…'), archive({ streamed: true })]),
    ],
  ]
  test.each(cases)('%s', (_, file) => {
    for (const chunkBytes of [1, 2, 3, 7, 21, 22, 29, 30, 45, 46, 47, 64, file.length])
      expect([chunkBytes, skips(file, chunkBytes)]).toEqual([chunkBytes, true])
  })
})

test.each(['PK\u0001\u0002', 'PK\u0003\u0004', 'PK\u0005\u0006'])(
  'ZipAudit detects a file that repeats %j, in bounded time and memory',
  (signature) => {
    const audit = new ZipAudit()
    const chunk = Buffer.alloc(65_536, signature)
    const before = process.memoryUsage().rss
    for (let count = 0; count < 1000; count += 1) audit.add(chunk)
    expect(audit.hasSkippedContent()).toBe(true)
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024)
  },
)
