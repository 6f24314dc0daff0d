import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClamdScanner } from '../../../shared/adapters/clamd/clamd-scanner.ts'
import {
  eicarThreat,
  clamdNote,
  skipWithoutClamd,
  startClamd,
  type TestClamd,
  testfileThreat,
} from '../../support/clamd/clamd.ts'
import { eicar } from '../../support/files/eicar.ts'
import { zip } from '../../support/files/zip.ts'
import { describeScanner } from '../../ports/scanner.ts'

const testfilesDirectory = '/usr/share/clamav-testfiles'
const testfiles = await readdir(testfilesDirectory).catch(() => [])
const skipTestfiles = !process.env['CI'] && testfiles.length === 0
const mebibyte = 1024 * 1024

describe.skipIf(skipWithoutClamd)(`clamd${clamdNote}`, () => {
  let clamd: TestClamd
  beforeAll(async () => {
    clamd = await startClamd()
  })
  afterAll(() => clamd[Symbol.asyncDispose]())

  const overSocket = () => new ClamdScanner({ path: clamd.socketPath })
  const overTcp = () => new ClamdScanner({ host: clamd.host, port: clamd.port })
  const scan = (bytes: Buffer) => overSocket().scan(Readable.from([bytes]))

  describeScanner('ClamdScanner over a Unix socket', async () => overSocket())
  describeScanner('ClamdScanner over TCP', async () => overTcp())

  test('names the engine and the signatures', async () => {
    const version = await overTcp().version()
    expect(version.engine).toMatch(/^ClamAV \d+\.\d+/)
    expect(version.signatureVersion).toBe('unversioned')
  })

  test('calls the EICAR test file infected, plain and in a zip', async () => {
    const infected = { verdict: 'infected', threat: eicarThreat }
    expect(await scan(eicar())).toEqual(infected)
    expect(await scan(zip('notes.txt', eicar()))).toEqual(infected)
    expect(await scan(zip('inner.zip', zip('notes.txt', eicar())))).toEqual(infected)
  })

  test.each([
    ['a Unix socket', overSocket],
    ['TCP', overTcp],
  ])(
    'calls a stream of 1 GiB over %s unscannable although clamd closes the connection',
    async (_, open) => {
      const zeros = Buffer.alloc(mebibyte)
      const body = Readable.from(Array.from({ length: 1024 }, () => zeros))
      expect(await open().scan(body)).toEqual({ verdict: 'unscannable', reason: 'size-limit' })
    },
  )

  test.skipIf(skipTestfiles)('finds all of clamav-testfiles to scan', () => {
    expect(testfiles.length).toBeGreaterThanOrEqual(44)
  })

  test.skipIf(skipTestfiles).each(testfiles)(
    'calls %s of clamav-testfiles infected',
    async (name) => {
      const file = createReadStream(join(testfilesDirectory, name))
      expect(await overSocket().scan(file)).toEqual({ verdict: 'infected', threat: testfileThreat })
    },
  )

  test('calls an empty stream clean', async () => {
    expect(await overSocket().scan(Readable.from([]))).toEqual({ verdict: 'clean' })
  })
})

describe.skipIf(skipWithoutClamd)(`clamd with a low limit${clamdNote}`, () => {
  test('returns its reply although it closes the connection during the stream', async () => {
    await using clamd = await startClamd(['StreamMaxLength 1M'])
    const chunk = Buffer.alloc(100_000, 'x')
    for (const address of [{ path: clamd.socketPath }, { host: clamd.host, port: clamd.port }]) {
      const scanner = new ClamdScanner(address)
      for (let round = 0; round < 25; round += 1) {
        const body = Readable.from(Array.from({ length: 100 }, () => chunk))
        expect(await scanner.scan(body)).toEqual({ verdict: 'unscannable', reason: 'size-limit' })
      }
    }
  })
})
