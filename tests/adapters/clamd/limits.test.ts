import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClamdScanner } from '../../../shared/adapters/clamd/clamd-scanner.ts'
import type { UnscannableReason } from '../../../shared/model/verdict.ts'
import { gzipBomb, overlappingZip, zeros } from '../../support/files/bombs.ts'
import {
  clamdNote,
  skipWithoutClamd,
  startClamd,
  type TestClamd,
} from '../../support/clamd/clamd.ts'
import { encryptedArchives } from '../../support/files/encrypted.ts'
import { oddZip } from '../../support/files/odd-zip.ts'
import { zip } from '../../support/files/zip.ts'

const mebibyte = 1024 * 1024
const gibibyte = 1024 * mebibyte
/** clamd needs seconds for a gibibyte, and more on a busy machine. */
const slowTestMs = 180_000

const unscannable = (reason: UnscannableReason) => ({ verdict: 'unscannable', reason })
const body = (bytes: Buffer) => Readable.from([bytes])

/** Nests archives in three levels with the same number of entries each. All files at the bottom differ. */
function nested(levels: number, width: number, sizeBytes: number, label = ''): Buffer {
  if (levels === 0) return Buffer.alloc(sizeBytes, `bottom${label}`)
  const files = Array.from({ length: width }, (_, index) =>
    nested(levels - 1, width, sizeBytes, `${label}-${index}`),
  )
  return filesIn(files)
}

/** Makes a tar archive, the simplest format for many files. */
function filesIn(files: Buffer[]): Buffer {
  const parts = files.flatMap((file, index) => {
    const header = Buffer.alloc(512)
    header.write(`${index}`, 0)
    header.write('0000644\0', 100)
    header.write(`${file.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('        ', 148)
    header.write('0ustar\u000000', 156)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [header, file, Buffer.alloc((512 - (file.length % 512)) % 512)]
  })
  return oddZip('all.tar', Buffer.concat([...parts, Buffer.alloc(1024)]), { method: 8 })
}

describe.skipIf(skipWithoutClamd)(
  `content that clamd cannot scan is unscannable${clamdNote}`,
  () => {
    let clamd: TestClamd
    beforeAll(async () => {
      clamd = await startClamd()
    })
    afterAll(() => clamd[Symbol.asyncDispose]())
    const scan = (stream: Readable) => new ClamdScanner({ path: clamd.socketPath }).scan(stream)

    test.each(Object.entries(encryptedArchives))('encrypted: %s', async (_, archive) => {
      expect(await scan(body(archive))).toEqual(unscannable('encrypted'))
      expect(await scan(body(zip('inner', archive)))).toEqual(unscannable('encrypted'))
    })

    test('encrypted: a document', async () => {
      const objects = [
        '1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n',
        '2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n',
        `3 0 obj\n<< /Filter /Standard /V 1 /R 2 /P -4 /O <${'ab'.repeat(32)}> /U <${'cd'.repeat(32)}> >>\nendobj\n`,
      ]
      const before = `%PDF-1.4\n${objects.join('')}`
      const pdf = `${before}xref\n0 4\n0000000000 65535 f \n${'0000000009 00000 n \n'.repeat(3)}trailer\n<< /Size 4 /Root 1 0 R /Encrypt 3 0 R /ID [<${'01'.repeat(16)}> <${'01'.repeat(16)}>] >>\nstartxref\n${before.length}\n%%EOF\n`
      expect(await scan(body(Buffer.from(pdf)))).toEqual(unscannable('encrypted'))
    })

    test('a RAR archive, if clamd does not unpack the RAR canary', async () => {
      const rar = Buffer.concat([Buffer.from('Rar!\u001a\u0007\u0000'), Buffer.alloc(100)])
      const { rarCanary } = await import('../../../shared/adapters/clamd/archives/rar.ts')
      const canary = await scan(body(rarCanary()))
      const expected =
        canary.verdict === 'infected' ? { verdict: 'clean' } : unscannable('unsupported-archive')
      expect(await scan(body(rar))).toEqual(expected)
    })

    test('an archive of 42 KB whose entries overlap and unpack to 5 GB', async () => {
      const bomb = overlappingZip(250, 20_000_000)
      expect(bomb.length).toBeLessThan(43_000)
      expect(await scan(body(bomb))).toEqual(unscannable('archive-bomb'))
    })

    test(
      '2 GiB of zeros, compressed',
      async () => expect(await scan(gzipBomb(2 * gibibyte))).toEqual(unscannable('size-limit')),
      slowTestMs,
    )

    test(
      'a stream of 2 GiB',
      async () => {
        expect(await scan(zeros(2 * gibibyte))).toEqual(unscannable('size-limit'))
      },
      slowTestMs,
    )

    test('an archive with more files than clamd scans', async () => {
      const files = Array.from({ length: 10_001 }, (_, index) => Buffer.from(`file ${index}`))
      expect(await scan(body(filesIn(files)))).toEqual(unscannable('file-count-limit'))
    })
  },
)

describe.skipIf(skipWithoutClamd)(
  `a file beyond a limit of clamd is unscannable${clamdNote}`,
  () => {
    test.each<[string, UnscannableReason, Readable]>([
      ['StreamMaxLength 1M', 'size-limit', zeros(2 * mebibyte)],
      ['MaxFileSize 1M', 'size-limit', zeros(2 * mebibyte)],
      ['MaxScanSize 1M', 'size-limit', zeros(2 * mebibyte)],
      ['MaxScanSize 1M', 'size-limit', gzipBomb(2 * mebibyte)],
      ['MaxScanSize 8M', 'size-limit', body(nested(3, 3, mebibyte))],
      ['MaxRecursion 3', 'nesting-limit', body(nested(3, 1, 100))],
      ['MaxFiles 5', 'file-count-limit', body(nested(1, 8, 100))],
      ['MaxScanTime 10', 'time-limit', body(randomBytes(32 * mebibyte))],
    ])('%s: %s', async (setting, reason, stream) => {
      await using clamd = await startClamd([setting])
      const scanner = new ClamdScanner({ path: clamd.socketPath })
      expect(await scanner.scan(stream)).toEqual(unscannable(reason))
    })
  },
)
