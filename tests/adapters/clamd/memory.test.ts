import { execFile } from 'node:child_process'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClamdScanner } from '../../../shared/adapters/clamd/clamd-scanner.ts'
import {
  clamdNote,
  skipWithoutClamd,
  startClamd,
  type TestClamd,
} from '../../support/clamd/clamd.ts'
import { scriptedClamd } from '../../support/clamd/scripted-clamd.ts'

const child = fileURLToPath(new URL('../../support/clamd/scan-child.ts', import.meta.url))
const mebibyte = 1024 * 1024
const slowTestMs = 120_000

describe.skipIf(skipWithoutClamd)(`the memory of a scan${clamdNote}`, () => {
  let root: string
  let clamd: TestClamd
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'coffer-test-memory-'))
    clamd = await startClamd()
  })
  afterAll(async () => {
    await clamd[Symbol.asyncDispose]()
    await rm(root, { recursive: true })
  })

  /** A sparse file of zeros, which uses no disk space. */
  async function sparseFile(name: string, sizeBytes: number): Promise<string> {
    const path = join(root, name)
    await using file = await open(path, 'w')
    await file.truncate(sizeBytes)
    return path
  }

  async function peakBytes(...files: string[]): Promise<number> {
    const { stdout } = await promisify(execFile)(process.execPath, [
      child,
      clamd.socketPath,
      ...files,
    ])
    const result = JSON.parse(stdout) as { verdicts: string[]; peakBytes: number }
    expect(result.verdicts).toEqual(files.map(() => 'clean'))
    return result.peakBytes
  }

  test(
    'does not grow with the file: 900 MB need about as much as 9 MB',
    async () => {
      const small = await peakBytes(await sparseFile('small', 9 * mebibyte))
      const large = await peakBytes(await sparseFile('large', 900 * mebibyte))
      expect(large - small).toBeLessThan(32 * mebibyte)
    },
    slowTestMs,
  )

  test(
    'is a few frames for each of four concurrent files',
    async () => {
      const one = await peakBytes(await sparseFile('one', 40 * mebibyte))
      const names = ['first', 'second', 'third', 'fourth']
      const files = names.map((name) => sparseFile(name, 40 * mebibyte))
      expect((await peakBytes(...(await Promise.all(files)))) - one).toBeLessThan(48 * mebibyte)
    },
    slowTestMs,
  )
})

describe('parallel scans', () => {
  test('run concurrently up to the limit', async () => {
    const allArrived = Promise.withResolvers<void>()
    let arrived = 0
    let underWay = 0
    let most = 0
    await using peer = await scriptedClamd(async ({ socket, until }) => {
      await until((received) => received.subarray(-4).equals(Buffer.alloc(4)))
      arrived += 1
      underWay += 1
      most = Math.max(most, underWay)
      // Answers the first scan only when the limit of concurrent scans is reached.
      if (arrived === 3) allArrived.resolve()
      await allArrived.promise
      underWay -= 1
      socket.write('stream: OK\0')
    })
    const scanner = new ClamdScanner(peer, { concurrency: 3 })
    const scans = Array.from({ length: 10 }, () => scanner.scan(Readable.from([Buffer.from('x')])))
    expect(await Promise.all(scans)).toEqual(scans.map(() => ({ verdict: 'clean' })))
    expect(most).toBe(3)
  })
})
