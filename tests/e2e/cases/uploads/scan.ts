import { describe, expect, test } from 'vitest'
import { eicar } from '../../../support/files/eicar.ts'
import { encryptedOffice } from '../../../support/files/encrypted-documents.ts'
import { oddZip } from '../../../support/files/odd-zip.ts'
import { expectProblem } from '../../../support/http/problem.ts'
import { zip } from '../../../support/files/zip.ts'
import type { Api } from '../../support/api.ts'
import { readRecord } from '../../support/caller.ts'

/** Cases for every scanner. */
export function scanCases(api: Api): void {
  describe('scan', () => {
    test('a virus is 422 infected for an upload that waits, and is never served', () =>
      expectInfected(api, eicar()))

    test('an infected upload releases its path and quota', async () => {
      const user = await api.newUser()
      await user.put('/a.txt', new Uint8Array(eicar()), { headers: { prefer: 'wait=30' } })
      expect(await user.usage()).toMatchObject({ usedBytes: 0, reservedBytes: 0, fileCount: 0 })
      const headers = { 'if-none-match': '*' }
      await readRecord(await user.put('/a.txt', 'clean', { headers }), 201)
      expect(await user.text('/a.txt')).toBe('clean')
    })

    test('an infected overwrite never displaces the clean file', async () => {
      const user = await api.newUser()
      const clean = await user.store('/a.txt', 'clean')
      const response = await user.put('/a.txt', new Uint8Array(eicar()))
      const { file } = await expectProblem(response, 422, 'infected')
      expect(file?.id).not.toBe(clean.id)
      expect(await user.text('/a.txt')).toBe('clean')
      expect(await user.record(clean.id)).toMatchObject({ isDeleted: false, state: 'ready' })
      expect(await user.usage()).toMatchObject({ usedBytes: 5, reservedBytes: 0, fileCount: 1 })
    })

    test('an infected file without a waiting caller shows its verdict and can be deleted', async () => {
      const user = await api.newUser()
      const response = await user.put('/a.txt', new Uint8Array(eicar()), {
        headers: { prefer: 'wait=0' },
      })
      const pending = await readRecord(response, 202)
      expect(await user.settled(pending.id)).toMatchObject({ state: 'infected' })
      expect((await user.list({ state: 'infected' })).files).toHaveLength(1)
      expect((await user.call('DELETE', `/files/${pending.id}`)).status).toBe(204)
      expect((await user.list()).files).toHaveLength(0)
    })

    test('a clean archive is ready', async () => {
      const user = await api.newUser()
      const bytes = zip('harmless.txt', Buffer.from('nothing to see'))
      const stored = await readRecord(await user.put('/a.zip', new Uint8Array(bytes)), 201)
      expect(stored).toMatchObject({ state: 'ready', mimeType: 'application/zip' })
    })
  })
}

/** Cases for ClamAV. The development scanner does not scan archives. */
export function archiveCases(api: Api): void {
  describe('scan of archives', () => {
    test.each([
      ['a zip', () => zip('harmless.txt', eicar())],
      ['a zip in a zip', () => zip('inner.zip', zip('harmless.txt', eicar()))],
    ])('a virus in %s is 422 infected for an upload that waits, and is never served', (_, bytes) =>
      expectInfected(api, bytes()),
    )

    test('an encrypted archive is 422 unscannable with the reason', async () => {
      const user = await api.newUser()
      const bytes = zip('secret.txt', Buffer.alloc(64, 'k3y.'), { encrypted: true })
      const response = await user.put('/secret.zip', new Uint8Array(bytes))
      const { file } = await expectProblem(response, 422, 'unscannable')
      expect(file).toMatchObject({
        state: 'unscannable',
        scan: { verdict: 'unscannable', reason: expect.stringMatching(/encrypted/i) },
      })
      await expectProblem(await user.get(`/files/${file?.id}/content`), 403, 'unscannable')
      expect(await user.usage()).toMatchObject({ usedBytes: 0, reservedBytes: 0 })
    })

    test.each([
      ['a document with a password', 'application/vnd.ms-excel', encryptedOffice[0]?.[1]],
      ['an OpenDocument with a password', 'application/zip', encryptedOffice.at(-2)?.[1]],
    ])('%s is 422 unscannable with a remedy', async (_, type, bytes = Buffer.alloc(0)) => {
      const user = await api.newUser()
      const headers = { 'content-type': type }
      const response = await user.put('/secret', new Uint8Array(bytes), { headers })
      const { file, detail } = await expectProblem(response, 422, 'unscannable')
      expect(file).toMatchObject({ scan: { verdict: 'unscannable', reason: 'encrypted' } })
      expect(detail).toContain('Save it without the password')
    })

    test('scans the members of a Zip64 archive', async () => {
      const user = await api.newUser()
      const zip64 = { zip64Local: true, zip64Directory: true, zip64End: true, method: 8 }
      const clean = oddZip('harmless.txt', Buffer.from('nothing to see'), zip64)
      await readRecord(await user.put('/a.npz', new Uint8Array(clean)), 201)
      const response = await user.put('/b.npz', new Uint8Array(oddZip('a', eicar(), zip64)))
      await expectProblem(response, 422, 'infected')
    })
  })
}

async function expectInfected(api: Api, bytes: Buffer): Promise<void> {
  const user = await api.newUser()
  const response = await user.put('/virus.bin', new Uint8Array(bytes), {
    headers: { prefer: 'wait=30' },
  })
  const { file } = await expectProblem(response, 422, 'infected')
  expect(file).toMatchObject({
    state: 'infected',
    path: '/virus.bin',
    scan: { verdict: 'infected', threat: expect.stringMatching(/eicar/i) },
  })
  for (const method of ['content', 'download']) {
    const read = await user.get(`/files/${file?.id}/${method}`)
    const problem = await expectProblem(read, 403, 'infected')
    expect(problem.file).toMatchObject({ id: file?.id, state: 'infected' })
  }
  expect(await user.record(file?.id ?? '')).toMatchObject({ state: 'infected' })
}
