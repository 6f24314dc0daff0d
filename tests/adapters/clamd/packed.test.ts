import { Readable } from 'node:stream'
import { deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClamdScanner } from '../../../shared/adapters/clamd/clamd-scanner.ts'
import {
  clamdNote,
  skipWithoutClamd,
  startClamd,
  type TestClamd,
} from '../../support/clamd/clamd.ts'
import {
  infected,
  unsupported,
  clean,
  malicious,
  innocent,
} from '../../support/clamd/archive-verdicts.ts'
import { eicar } from '../../support/files/eicar.ts'
import { oddZip, type OddEntry } from '../../support/files/odd-zip.ts'
import { scanBytes } from '../../support/clamd/scan-bytes.ts'
import { tarred } from '../../support/files/tar.ts'

const zipped = (bytes: Buffer, entry: OddEntry = {}) =>
  oddZip('inner', bytes, { method: 8, ...entry })

describe.skipIf(skipWithoutClamd)(`the shipped signatures${clamdNote}`, () => {
  let shipped: TestClamd
  beforeAll(async () => {
    shipped = await startClamd()
  })
  afterAll(() => shipped[Symbol.asyncDispose]())
  const scan = (bytes: Buffer) => scanBytes(new ClamdScanner({ path: shipped.socketPath }), bytes)

  test.each<[string, OddEntry]>([
    ['LZMA', { method: 14 }],
    ['Zstandard', { method: 93 }],
  ])('find %s in an archive inside another one', async (_, entry) => {
    expect(await scan(gzipSync(malicious(entry)))).toEqual(unsupported)
  })

  test.each<[string, OddEntry]>([
    ['sizes in front of the data', { zip64Local: true }],
    ['sizes in the directory', { zip64Directory: true, streamed: true }],
    ['an offset', { zip64Offset: true }],
    ['an end', { zip64End: true }],
  ])('have Zip64 looked into inside compressed archives: %s', async (_, entry) => {
    const places = [
      (inner: Buffer) => gzipSync(inner),
      (inner: Buffer) => zipped(inner),
      (inner: Buffer) => zipped(inner, { streamed: true }),
      (inner: Buffer) => zipped(inner, { zip64Local: true, zip64End: true }),
      (inner: Buffer) => zipped(zipped(inner), { zip64Directory: true }),
      (inner: Buffer) => gzipSync(tarred([innocent(entry), inner, innocent()])),
    ]
    for (const place of places) {
      expect(await scan(place(malicious(entry)))).toEqual(infected)
      expect(await scan(place(innocent(entry)))).toEqual(clean)
    }
  })

  test('find Zstandard inside compressed archives, which is then unpacked', async () => {
    const places = [
      (bytes: Buffer) => zipped(zstdCompressSync(bytes)),
      (bytes: Buffer) => oddZip('inner.zst', zstdCompressSync(bytes)),
      (bytes: Buffer) => gzipSync(zstdCompressSync(tarred([bytes]))),
      (bytes: Buffer) => zstdCompressSync(zipped(zstdCompressSync(bytes))),
    ]
    for (const place of places) {
      expect(await scan(place(eicar()))).toEqual(infected)
      expect(await scan(place(Buffer.from('innocent')))).toEqual(clean)
    }
  })

  test('find formats in archives that clamd does not know', async () => {
    const lz4 = Buffer.concat([Buffer.from('04224d18', 'hex'), Buffer.alloc(100)])
    expect(await scan(zipped(lz4))).toEqual(unsupported)
    expect(await scan(gzipSync(tarred([lz4])))).toEqual(unsupported)
  })

  test('find a second bzip2 stream, as pbzip2 writes them', async () => {
    const head = Buffer.from('425a6839314159265359', 'hex')
    const stream = Buffer.concat([head, Buffer.alloc(40, 7)])
    expect(await scan(Buffer.concat([stream, stream]))).toEqual(unsupported)
    expect(await scan(stream)).toEqual(clean)
  })

  test('cause only a few scans for a tar archive with hundreds of them', async () => {
    const large = oddZip('array.npy', Buffer.alloc(120_000, 'numbers'), { zip64Local: true })
    const archive = gzipSync(tarred(Array.from({ length: 300 }, () => large)))
    const opened: unknown[] = []
    const verdict = await new ClamdScanner({ path: shipped.socketPath }).scan(
      Readable.from([archive]),
      {
        reopen: async (range) => {
          opened.push(range)
          return Readable.from([archive.subarray(range?.start ?? 0, (range?.end ?? Infinity) + 1)])
        },
      },
    )
    expect(verdict).toEqual(clean)
    expect(opened.length).toBeLessThan(8)
  })

  const inner = innocent({ zip64Local: true })
  const outer = zipped(inner)
  const gapped = (at: number) =>
    Buffer.concat([outer.subarray(0, at), Buffer.alloc(100, '<'), outer.subarray(at)])
  test.each<[string, Buffer]>([
    ['before it', zipped(inner, { prefix: Buffer.alloc(100, '<') })],
    ['after its entries', gapped(outer.indexOf('PK\u0001\u0002'))],
    ['after it', Buffer.concat([outer, Buffer.alloc(100, '<')])],
    ['after packed data', slack(inner)],
    ['in a comment of gzip', commented(gzipSync(inner))],
    ['after gzip data', Buffer.concat([gzipSync(inner), Buffer.alloc(100, '<')])],
  ])('do not prevent unscannable for an archive with other bytes %s', async (_, bytes) => {
    expect(await scan(bytes)).toEqual(unsupported)
  })

  test('are not needed for such an archive', async () => {
    expect(await scan(outer)).toEqual(clean)
    expect(await scan(slack(inner, 0))).toEqual(clean)
    expect(await scan(gzipSync(inner))).toEqual(clean)
  })

  test('do not prevent unscannable for an archive that is nested too deeply', async () => {
    let nested = inner
    for (let depth = 0; depth < 6; depth += 1) nested = zipped(nested)
    const verdict = await scan(nested)
    expect(verdict).toEqual({ verdict: 'unscannable', reason: 'nesting-limit' })
  })
})

/** Appends other bytes to packed data and counts them as part of the data. */
function slack(bytes: Buffer, slackBytes = 100): Buffer {
  const packed = Buffer.concat([deflateRawSync(bytes), Buffer.alloc(slackBytes, '<')])
  const archive = oddZip('inner', packed, {
    claims: { compressedBytes: packed.length, sizeBytes: bytes.length },
  })
  const directoryAt = archive.indexOf('PK\u0001\u0002')
  archive.writeUInt16LE(8, 8)
  archive.writeUInt16LE(8, directoryAt + 10)
  archive.writeUInt32LE(bytes.length, directoryAt + 24)
  return archive
}

function commented(file: Buffer): Buffer {
  const head = Buffer.from(file.subarray(0, 10))
  head[3] = 0x10
  return Buffer.concat([head, Buffer.from('a comment\0'), file.subarray(10)])
}
