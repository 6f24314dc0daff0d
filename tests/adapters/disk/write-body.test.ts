import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { writeBody } from '../../../shared/adapters/disk/write-body.ts'

/** A file whose writes are partial, as on a full disk or after a signal: three bytes each at most. */
function fileWithPartialWrites() {
  const bytes = Buffer.alloc(40, '.')
  const writev = async (chunks: Buffer[], position: number) => {
    const bytesWritten = Buffer.concat(chunks).copy(bytes, position, 0, 3)
    return { bytesWritten, buffers: chunks }
  }
  return { file: { writev } as unknown as FileHandle, text: () => bytes.toString() }
}

describe('writeBody', () => {
  test('continues after a partial write', async () => {
    const { file, text } = fileWithPartialWrites()
    const body = Readable.from(
      ['0', '12345', '', '6', '789abcdef'].map((part) => Buffer.from(part)),
    )
    expect(await writeBody(file, body, { position: 2 })).toBe(16)
    expect(text()).toBe(`..0123456789abcdef${'.'.repeat(22)}`)
  })

  test('rejects if an early sync failed, even if all bytes were written', async () => {
    const lost = new Error('EIO')
    const body = Readable.from(Array.from({ length: 80 }, () => Buffer.alloc(1_000_000)))
    const file = {
      writev: async (chunks: Buffer[]) => ({
        bytesWritten: chunks.reduce((sum, { length }) => sum + length, 0),
      }),
      datasync: () => Promise.reject(lost),
    } as unknown as FileHandle
    await expect(writeBody(file, body)).rejects.toBe(lost)
  })
})
