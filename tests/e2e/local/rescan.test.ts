import { randomBytes } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ask } from '../../../shared/adapters/clamd/exchange.ts'
import {
  clamdNote,
  skipWithoutClamd,
  startClamd,
  type TestClamd,
} from '../../support/clamd/clamd.ts'
import { expectProblem } from '../../support/http/problem.ts'
import { hashSignature, signatureDatabase } from '../../support/clamd/signature-database.ts'
import { apiOf } from '../support/api.ts'
import { startLocalServer } from './local-server.ts'
import { localToken, type Server } from '../support/target.ts'

const dayMs = 24 * 3_600_000
/** The service reads the version every 10 seconds; the scanner refreshes it from clamd every 30. */
const noticedWithinMs = 60_000

describe.skipIf(skipWithoutClamd)(
  `signatures that change while files are served${clamdNote}`,
  () => {
    let clamd: TestClamd
    let server: Server
    const hashes = [hashSignature('Known', Buffer.from('known from the beginning'))]
    let version = 27_000

    beforeAll(async () => {
      clamd = await startClamd()
      await learn()
      server = await startLocalServer({
        AUTH_MODE: 'local',
        CLAMAV_SERVICE_HOST: clamd.host,
        CLAMAV_SERVICE_PORT: `${clamd.port}`,
      })
    })
    afterAll(async () => {
      await server[Symbol.asyncDispose]()
      await clamd[Symbol.asyncDispose]()
    })

    /** Replaces the database and reloads clamd, like freshclam. */
    async function learn(...signatures: string[]): Promise<void> {
      version += 1
      hashes.push(...signatures)
      const builtAt = new Date(Date.UTC(2026, 0, 1) + (version - 27_000) * dayMs)
      const incoming = join(clamd.databaseDirectory, 'incoming')
      await writeFile(incoming, signatureDatabase({ version, builtAt, hashes }))
      await rename(incoming, join(clamd.databaseDirectory, 'daily.cud'))
      const address = { path: clamd.socketPath }
      expect(await ask(address, 'RELOAD')).toBe('RELOADING')
      const isLoaded = async () => expect(await ask(address, 'VERSION')).toContain(`/${version}/`)
      await vi.waitFor(isLoaded, { timeout: 15_000 })
    }

    test(
      'stops serving a file found infected later, and shows it in its record, its path, lists and usage',
      { timeout: 3 * noticedWithinMs },
      async () => {
        const user = await apiOf({ token: localToken }, () => server).newUser()
        const evil = randomBytes(2000)
        const stored = await user.store('/reports/evil.bin', new Uint8Array(evil))
        const fine = await user.store('/fine.txt', 'fine')
        const link = await user.get(`/files/${stored.id}/download`)
        const signed = new URL(link.headers.get('location') ?? '', server.url)
        expect((await fetch(signed)).status).toBe(200)
        expect(stored.scan).toMatchObject({
          verdict: 'clean',
          signaturesAt: '2026-01-02T00:00:00.000Z',
        })

        await learn(hashSignature('Found.Later', evil))
        const state = async () => (await user.record(stored.id)).state
        await expect.poll(state, { timeout: noticedWithinMs, interval: 250 }).toBe('infected')

        expect(await user.record(stored.id)).toMatchObject({
          path: '/reports/evil.bin',
          condemnedAt: expect.any(String),
          scan: { verdict: 'infected', threat: expect.stringContaining('Found.Later') },
        })
        await expectProblem(await user.get(`/files/${stored.id}/content`), 403, 'infected')
        await expectProblem(await user.get('/content/reports/evil.bin'), 403, 'infected')
        await expectProblem(await user.get(`/files/${stored.id}/download`), 403, 'infected')
        await expectProblem(await fetch(signed), 403, 'infected')
        expect((await user.list({ state: 'infected' })).files).toMatchObject([{ id: stored.id }])
        expect(await user.usage()).toMatchObject({ usedBytes: 4, fileCount: 1, trashBytes: 0 })

        const rescanned = async () => (await user.record(fine.id)).scan?.signaturesAt
        await expect.poll(rescanned, { timeout: noticedWithinMs }).toBe('2026-01-03T00:00:00.000Z')
        const after = await user.record(fine.id)
        expect(after).toEqual({ ...fine, scan: after.scan })

        const next = await user.put('/reports/evil.bin', 'harmless', {
          headers: { 'if-none-match': '*' },
        })
        expect(next.status).toBe(201)
        expect(await user.text('/reports/evil.bin')).toBe('harmless')
      },
    )
  },
)
