import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { ZipAudit } from '../../../../shared/adapters/clamd/archives/zip-audit.ts'
import { openZipView } from '../../../../shared/adapters/clamd/archives/zip-view.ts'
import { oddZip, type OddEntry } from '../../../support/files/odd-zip.ts'

const bytes = Buffer.from('the bytes of the file')
const archive = (entry: OddEntry = {}) => oddZip('notes.txt', bytes, entry)
const chunkSizes = [1, 2, 3, 7, 13, 29, 30, 31, 46, 64, 1000]

function* chunks(file: Buffer, size: number) {
  for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size)
}

async function viewOf(file: Buffer, chunkBytes = file.length) {
  const audit = new ZipAudit()
  audit.add(file)
  audit.hasSkippedContent()
  const read = async (offset: number, length: number) => file.subarray(offset, offset + length)
  const view = await openZipView(read, audit)
  if (!view) return undefined
  const body = await buffer(view.body(Readable.from(chunks(file, chunkBytes))))
  return { body, contradicts: view.contradicts() }
}

describe('openZipView of a Zip64 archive', () => {
  const wide: OddEntry = {
    zip64Local: true,
    zip64Directory: true,
    zip64Offset: true,
    zip64End: true,
  }

  test('writes the sizes, the offset and the end record of the same archive in 32 bits', async () => {
    const view = await viewOf(archive(wide))
    const plain = archive()
    expect(view?.body.length).toBe(archive(wide).length)
    const sizesEnd = plain.indexOf('notes.txt') - 2
    expect(view?.body.subarray(0, sizesEnd)).toEqual(plain.subarray(0, sizesEnd))
    expect(view?.body.includes(bytes)).toBe(true)
    const audit = new ZipAudit()
    audit.add(view?.body ?? Buffer.alloc(0))
    expect(audit.hasSkippedContent()).toBe(false)
    expect(view?.contradicts).toBe(false)
  })

  test('returns the same bytes for any chunk size', async () => {
    for (const entry of [
      wide,
      { ...wide, prefix: Buffer.alloc(100, 'x') },
      { ...wide, method: 8 },
    ]) {
      const whole = await viewOf(archive(entry))
      for (const size of chunkSizes) expect(await viewOf(archive(entry), size)).toEqual(whole)
    }
  })

  test('reports local headers that contradict the directory', async () => {
    const lying = archive({ ...wide, claims: { compressedBytes: 5, sizeBytes: 5 } })
    for (const size of chunkSizes) expect((await viewOf(lying, size))?.contradicts).toBe(true)
  })
})

describe('openZipView resolves to undefined for', () => {
  const overlapping = Buffer.concat([
    archive({ zip64Local: true }).subarray(
      0,
      archive({ zip64Local: true }).indexOf('PK\u0001\u0002'),
    ),
    ...['a', 'b'].map(() => directoryOf(archive({ zip64Local: true }))),
    endOf(2, 2 * directoryOf(archive({ zip64Local: true })).length),
  ])

  test.each([
    ['of a plain archive', archive()],
    ['of a streamed archive', archive({ streamed: true })],
    ['without a directory', archive({ zip64Local: true }).subarray(0, -30)],
    ['where two entries share their data', overlapping],
    ['of a number beyond 32 bits', beyond32Bits()],
    ['of no archive', Buffer.alloc(100)],
    ['of nothing', Buffer.alloc(0)],
  ])('%s', async (_, file) => {
    expect(await viewOf(file)).toBeUndefined()
  })
})

function directoryOf(file: Buffer): Buffer {
  return file.subarray(file.indexOf('PK\u0001\u0002'), file.indexOf('PK\u0005\u0006'))
}

function endOf(count: number, directoryBytes: number): Buffer {
  const file = archive({ zip64Local: true })
  const end = Buffer.from(file.subarray(-22))
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(directoryBytes, 12)
  return end
}

function beyond32Bits(): Buffer {
  const file = archive({ zip64Directory: true })
  const extraAt = file.lastIndexOf('notes.txt') + 'notes.txt'.length + 4
  file.writeUInt32LE(1, extraAt + 4)
  return file
}
