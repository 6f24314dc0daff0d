import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { writeBody } from '../../../shared/adapters/disk/write-body.ts'

/** A file whose writes are cut short, as on a full or interrupted disk: at most three bytes each. */
function stingyFile() {
  const bytes = Buffer.alloc(40, '.')
  const writev = async (chunks: Buffer[], position: number) => {
    const bytesWritten = Buffer.concat(chunks).copy(bytes, position, 0, 3)
    return { bytesWritten, buffers: chunks }
  }
  return { file: { writev } as unknown as FileHandle, text: () => bytes.toString() }
}

describe('writeBody', () => {
  test('goes on where a write was cut short', async () => {
    const { file, text } = stingyFile()
    const body = Readable.from(
      ['0', '12345', '', '6', '789abcdef'].map((part) => Buffer.from(part)),
    )
    expect(await writeBody(file, body, { position: 2 })).toBe(16)
    expect(text()).toBe(`..0123456789abcdef${'.'.repeat(22)}`)
  })

  test('fails where a sync on the way has failed, though all was written and the last one would not', async () => {
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
