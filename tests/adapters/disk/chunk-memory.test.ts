import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { writeBody } from '../../../shared/adapters/disk/write-body.ts'
import type { AppEnv } from '../../../shared/http/app-env.ts'
import { bodyStream } from '../../../shared/http/body/body.ts'
import { markExpendable, releaseChunk } from '../../../shared/ports/chunk-memory.ts'
import { temporaryDirectory } from '../../support/disk-store.ts'
import { serveApp } from '../../support/http/serve-app.ts'

describe('the memory of a chunk', () => {
  test('is released if the chunk is expendable', () => {
    const chunk = Buffer.alloc(100_000)
    markExpendable(chunk)
    releaseChunk(chunk)
    expect(chunk).toHaveLength(0)
  })

  test('is kept if the chunk is not marked as expendable', () => {
    const chunk = Buffer.alloc(100_000)
    releaseChunk(chunk)
    expect(chunk).toHaveLength(100_000)
  })

  test('is kept if only a part of the chunk is released', () => {
    const chunk = Buffer.alloc(100_000, 'a')
    markExpendable(chunk)
    releaseChunk(chunk.subarray(1))
    expect(chunk.toString()).toBe('a'.repeat(100_000))
  })

  test('is kept if the chunk is a buffer of the caller', async () => {
    await using directory = await temporaryDirectory()
    await using file = await open(join(directory.path, 'file'), 'wx')
    const mine = Buffer.alloc(100_000, 'mine')
    expect(await writeBody(file, Readable.from([mine]))).toBe(100_000)
    expect(mine.toString('latin1', 0, 4)).toBe('mine')
  })

  test('is kept if a framework has buffered the body', async () => {
    await using directory = await temporaryDirectory()
    await using file = await open(join(directory.path, 'file'), 'wx')
    const app = new Hono<AppEnv>().put('/', async (c) =>
      c.text(`${await writeBody(file, bodyStream(c))}`),
    )
    const rawBody = Buffer.alloc(100_000, 'mine')
    const response = await app.request('/', { method: 'PUT' }, { incoming: { rawBody } })
    expect(await response.text()).toBe('100000')
    expect(rawBody.toString('latin1', 0, 4)).toBe('mine')
  })

  test('is released after writing if the chunk comes from a request', async () => {
    await using directory = await temporaryDirectory()
    await using file = await open(join(directory.path, 'file'), 'wx+')
    const seen: Buffer[] = []
    await using app = await serveApp((routes) => {
      routes.put('/', async (c) => {
        const body = bodyStream(c).on('data', (chunk: Buffer) => seen.push(chunk))
        return c.text(`${await writeBody(file, body)}`)
      })
    })
    const bytes = Buffer.alloc(3_000_000, 'coffer')
    const response = await fetch(app.origin, { method: 'PUT', body: bytes })
    expect(await response.text()).toBe('3000000')
    expect((await file.readFile()).equals(bytes)).toBe(true)
    expect(seen.reduce((sum, { length }) => sum + length, 0)).toBe(0)
  })
})
