import { Readable } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import type { Scanner } from '../../shared/ports/scanner.ts'

/** The contract of `Scanner`, independent of the threats that an adapter detects. */
export function describeScanner(name: string, open: () => Promise<Scanner>): void {
  describe(`${name} as a Scanner`, () => {
    test('returns clean only after the end of the body', async () => {
      const scanner = await open()
      const body = Readable.from(innocentChunks(200))
      expect(await scanner.scan(body)).toEqual({ verdict: 'clean' })
      expect(body.readableEnded).toBe(true)
    })

    test('accepts chunks of any size, including empty ones', async () => {
      const scanner = await open()
      const pieces = [0, 1, 65_536, 0, 3, 700_001, 0].map((size) => Buffer.alloc(size, 'a'))
      expect(await scanner.scan(Readable.from(pieces))).toEqual({ verdict: 'clean' })
    })

    test('scans several bodies concurrently', async () => {
      const scanner = await open()
      const bodies = Array.from({ length: 12 }, () => Readable.from(innocentChunks(20)))
      const verdicts = await Promise.all(bodies.map((body) => scanner.scan(body)))
      expect(verdicts).toEqual(bodies.map(() => ({ verdict: 'clean' })))
    })

    test('rethrows an error of the body and keeps working', async () => {
      const scanner = await open()
      const failure = new Error('the disk is gone')
      const body = Readable.from(innocentChunks(20, failure))
      await expect(scanner.scan(body)).rejects.toBe(failure)
      const next = Readable.from(innocentChunks(1))
      expect(await scanner.scan(next)).toEqual({ verdict: 'clean' })
    })

    test("rejects with the signal's reason when aborted while the body is stalled", async () => {
      const scanner = await open()
      const controller = new AbortController()
      const body = new Readable({ read: () => undefined })
      body.push('a beginning')
      const scan = scanner.scan(body, { signal: controller.signal })
      await vi.waitFor(() => expect(body.readableLength).toBe(0))
      await new Promise(setImmediate)
      const reason = new Error('the caller went away')
      controller.abort(reason)
      await expect(scan).rejects.toBe(reason)
    })

    test("rejects with the signal's reason if it was aborted before", async () => {
      const scanner = await open()
      const reason = new Error('the caller never came')
      const scan = scanner.scan(Readable.from(innocentChunks(1)), {
        signal: AbortSignal.abort(reason),
      })
      await expect(scan).rejects.toBe(reason)
    })

    test('version names the engine', async () => {
      const scanner = await open()
      const version = await scanner.version()
      expect(version.engine).not.toBe('')
      expect(version.signatureVersion).not.toBe('')
    })
  })
}

/** Yields distinct chunks of 64 KiB, so that no scanner has them cached, and then throws the failure, if any. */
function* innocentChunks(count: number, failure?: Error) {
  for (let index = 0; index < count; index += 1)
    yield Buffer.alloc(65_536, `innocent ${Math.random()}`)
  if (failure) throw failure
}
