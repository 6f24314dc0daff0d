import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ClamdScanner } from '../../../shared/adapters/clamd/clamd-scanner.ts'
import {
  clamdNote,
  skipWithoutClamd,
  startClamd,
  type TestClamd,
} from '../../support/clamd/clamd.ts'
import {
  encryptedOffice,
  encryptedOthers,
  openDocuments,
} from '../../support/files/encrypted-documents.ts'
import { oddZip } from '../../support/files/odd-zip.ts'
import { scanBytes } from '../../support/clamd/scan-bytes.ts'

const encrypted = { verdict: 'unscannable', reason: 'encrypted' }
const clean = { verdict: 'clean' }

describe.each([
  ['with the shipped signatures', undefined],
  ['of any other make', []],
])('a clamd %s', (_, signatures) => {
  describe.skipIf(skipWithoutClamd)(`does not call an encrypted document clean${clamdNote}`, () => {
    let clamd: TestClamd
    beforeAll(async () => {
      clamd = await startClamd([], signatures)
    })
    afterAll(() => clamd[Symbol.asyncDispose]())
    const scan = (bytes: Buffer) => scanBytes(new ClamdScanner({ path: clamd.socketPath }), bytes)

    test.each([...encryptedOffice, ...encryptedOthers])('%s is encrypted', async (_, bytes) => {
      expect(await scan(bytes)).toEqual(encrypted)
    })

    test.each(openDocuments)('%s without a password is clean', async (_, bytes) => {
      expect(await scan(bytes)).toEqual(clean)
    })

    test('random bytes are clean', async () => {
      for (let round = 0; round < 20; round += 1)
        expect(await scan(randomBytes(5000))).toEqual(clean)
    })

    test('rejects for a document that cannot be opened again', async () => {
      const [[, bytes] = ['', Buffer.alloc(0)]] = openDocuments
      const scanner = new ClamdScanner({ path: clamd.socketPath })
      await expect(scanner.scan(Readable.from([bytes]))).rejects.toThrow('opened again')
    })
  })
})

describe.skipIf(skipWithoutClamd)(`the shipped signatures${clamdNote}`, () => {
  let clamd: TestClamd
  beforeAll(async () => {
    clamd = await startClamd()
  })
  afterAll(() => clamd[Symbol.asyncDispose]())
  const scan = (bytes: Buffer) => scanBytes(new ClamdScanner({ path: clamd.socketPath }), bytes)

  test.each(encryptedOffice)('find %s in archives', async (_, bytes) => {
    const archive = oddZip('document', bytes, { method: 8 })
    expect(await scan(archive)).toEqual(encrypted)
    expect(await scan(gzipSync(oddZip('inner.zip', archive, { method: 8 })))).toEqual(encrypted)
  })

  test.each(openDocuments)('do not match %s in an archive', async (_, bytes) => {
    expect(await scan(oddZip('document', bytes, { method: 8 }))).toEqual(clean)
  })
})
