import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { eicar } from '../../../support/files/eicar.ts'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import { expectNothingStored } from '../../support/caller.ts'
import { openSession, type Session } from '../../support/resumable-session.ts'

const chunk = 262_144
const bytes = Buffer.alloc(chunk * 2 + 1000, 'resumable bytes. ')
const checksum = createHash('sha256').update(bytes).digest('hex')

export function resumableCases(api: Api): void {
  describe('resumable uploads', () => {
    test('POST /uploads answers the pending file and the upload URL', async () => {
      const user = await api.newUser()
      const json = { path: '/big.bin', sizeBytes: 5, mimeType: 'text/plain', metadata: { a: 1 } }
      const { file, upload } = await user.reserve(json)
      expect(file).toMatchObject({
        state: 'pending',
        path: '/big.bin',
        sizeBytes: 5,
        metadata: { a: 1 },
        checksum: null,
      })
      expect(upload).toMatchObject({
        url: expect.stringMatching(/^https?:\/\//),
        method: 'PUT',
        protocol: 'gcs-resumable',
        chunkMultiple: chunk,
      })
      expect(Date.parse(upload.expiresAt)).toBeGreaterThan(Date.parse(file.createdAt))
      expect(await user.usage()).toMatchObject({ usedBytes: 0, reservedBytes: 5 })
    })

    test('a name without a path creates a file at the root, and is 409 if the path is taken', async () => {
      const user = await api.newUser()
      const { file } = await user.reserve({ name: 'a.txt', sizeBytes: 1 })
      expect(file.path).toBe('/a.txt')
      const reserve = (json: unknown) => user.call('POST', '/uploads', { json })
      const again = { name: 'a.txt', sizeBytes: 1 }
      await expectProblem(await reserve(again), 409, 'path-taken')
      expect((await reserve({ ...again, overwrite: true })).ok).toBe(true)
    })

    test('chunks are 308 with Range, the last one is 2xx, and the file becomes ready', async () => {
      const { session, user, id } = await opened(api, { checksum })
      const first = await session.send(0, chunk)
      expect(first.status).toBe(308)
      expect(first.headers.get('range')).toBe(`bytes=0-${chunk - 1}`)
      const second = await session.send(chunk, chunk * 2)
      expect(second.headers.get('range')).toBe(`bytes=0-${chunk * 2 - 1}`)
      expect((await session.send(chunk * 2, bytes.length)).ok).toBe(true)
      const file = await user.settled(id)
      expect(file).toMatchObject({ state: 'ready', checksum, sizeBytes: bytes.length })
      const content = await user.get(`/files/${id}/content`)
      expect(Buffer.from(await content.arrayBuffer()).equals(bytes)).toBe(true)
      expect(await user.usage()).toMatchObject({ usedBytes: bytes.length, reservedBytes: 0 })
    })

    test('a single PUT with or without Content-Range completes an upload', async () => {
      for (const ranged of [true, false]) {
        const { session, user, id } = await opened(api)
        const response = ranged ? await session.send(0, bytes.length) : await session.put(bytes, {})
        expect(response.ok).toBe(true)
        expect(await user.settled(id)).toMatchObject({ state: 'ready', checksum })
      }
    })

    test('an empty body uploads an empty file', async () => {
      const user = await api.newUser()
      const { file, upload } = await user.reserve({ path: '/empty', sizeBytes: 0 })
      const session = openSession(upload.url, Buffer.alloc(0))
      expect((await session.put(Buffer.alloc(0), {})).ok).toBe(true)
      expect(await user.settled(file.id)).toMatchObject({ state: 'ready', sizeBytes: 0 })
    })

    test('the status query answers the received range', async () => {
      const { session } = await opened(api)
      const empty = await session.status()
      expect(empty.status).toBe(308)
      expect(empty.headers.has('range')).toBe(false)
      await session.send(0, chunk)
      await expectHeld(session, chunk)
      await session.send(chunk, bytes.length)
      expect((await session.status()).ok).toBe(true)
    })

    test('an upload resumes after a broken connection', async () => {
      const { session, user, id } = await opened(api)
      await session.send(0, chunk)
      await session.sendAndCut(chunk, bytes.length, chunk / 2)
      const held = async () => {
        const range = (await session.status()).headers.get('range')
        return range === null ? 0 : Number(range.replace('bytes=0-', '')) + 1
      }
      await expect.poll(held, { timeout: 10_000 }).toBeGreaterThanOrEqual(chunk)
      expect(await held()).toBeLessThanOrEqual(chunk + chunk / 2)
      expect((await session.send(await held(), bytes.length)).ok).toBe(true)
      expect(await user.settled(id)).toMatchObject({ state: 'ready', checksum })
    })

    test('ignores bytes that it has already received', async () => {
      const { session, user, id } = await opened(api)
      await session.send(0, chunk)
      const again = await session.send(0, chunk)
      expect(again.status).toBe(308)
      expect(again.headers.get('range')).toBe(`bytes=0-${chunk - 1}`)
      expect((await session.send(0, bytes.length)).ok).toBe(true)
      expect(await user.settled(id)).toMatchObject({ state: 'ready', checksum })
    })

    test('a gap, a wrong total or excess bytes are 4xx and change nothing', async () => {
      const { session, user, id } = await opened(api)
      await session.send(0, chunk)
      const body = bytes.subarray(0, 10)
      const wrong = [
        `bytes ${chunk + 10}-${chunk + 19}/${bytes.length}`,
        `bytes ${chunk}-${chunk + 9}/${bytes.length + 1}`,
        `bytes ${chunk}-${chunk + 9}/${bytes.length - 1}`,
        `bytes ${bytes.length - 5}-${bytes.length + 4}/${bytes.length}`,
        `bytes ${chunk + 9}-${chunk}/${bytes.length}`,
        `bytes ${chunk}-/${bytes.length}`,
        `bytes x-y/${bytes.length}`,
        `items 0-9/10`,
        'nonsense',
      ]
      for (const range of wrong) {
        const { status } = await session.put(body, { 'content-range': range })
        expect(`${range}: ${status}`).toMatch(/: 4\d\d$/)
        await expectHeld(session, chunk)
      }
      const tooLong = await session.put(Buffer.concat([bytes, body]), {})
      expect(`${tooLong.status}`).toMatch(/^4/)
      expect((await session.send(chunk, bytes.length)).ok).toBe(true)
      expect(await user.settled(id)).toMatchObject({ state: 'ready', checksum })
    })

    test('a body shorter than its Content-Range completes nothing, and the upload continues', async () => {
      const { session, user, id } = await opened(api, { checksum })
      await session.send(0, chunk)
      const range = `bytes ${chunk}-${bytes.length - 1}/${bytes.length}`
      const short = await session.put(bytes.subarray(chunk, chunk + 10), { 'content-range': range })
      expect(`${short.status}`).toMatch(/^(308|4\d\d)$/)
      await expectHeld(session, chunk)
      expect((await session.send(chunk, bytes.length)).ok).toBe(true)
      expect(await user.settled(id)).toMatchObject({ state: 'ready', checksum })
    })

    test('a repeated last chunk is 2xx and changes nothing', async () => {
      const { session, user, id } = await opened(api)
      await session.send(0, chunk * 2)
      for (let times = 0; times < 3; times++) {
        expect((await session.send(chunk * 2, bytes.length)).ok).toBe(true)
      }
      await user.settled(id)
      expect((await session.send(chunk * 2, bytes.length)).ok).toBe(true)
      expect(await user.usage()).toMatchObject({ usedBytes: bytes.length, reservedBytes: 0 })
    })

    test('cancel is 499, and ends the session', async () => {
      const { session } = await opened(api)
      await session.send(0, chunk)
      expect((await session.cancel()).status).toBe(499)
      expect([404, 410, 499]).toContain((await session.send(chunk, bytes.length)).status)
      expect([404, 410, 499]).toContain((await session.status()).status)
    })

    test('DELETE of a pending file cancels its reservation and its upload URL', async () => {
      const { session, user, id } = await opened(api)
      await session.send(0, chunk)
      expect((await user.call('DELETE', `/files/${id}`)).status).toBe(204)
      expect([404, 410, 499]).toContain((await session.send(chunk, bytes.length)).status)
      expect([404, 410]).toContain((await user.get(`/files/${id}`)).status)
      await expectNothingStored(user)
    })

    test('a checksum that does not match removes the record, and the id answers the refusal', async () => {
      const { session, user, id } = await opened(api, { checksum: '0'.repeat(64) })
      await session.send(0, bytes.length)
      const status = async () => (await user.get(`/files/${id}`)).status
      await expect.poll(status, { timeout: 10_000 }).toBe(400)
      await expectProblem(await user.get(`/files/${id}`), 400, 'digest-mismatch')
      await expectProblem(await user.get(`/files/${id}/content`), 404, 'not-found')
      await expectNothingStored(user)
    })

    test('finds a virus in a resumable upload', async () => {
      const user = await api.newUser()
      const virus = eicar()
      const { file, upload } = await user.reserve({ path: '/v', sizeBytes: virus.length })
      await openSession(upload.url, virus).send(0, virus.length)
      expect(await user.settled(file.id)).toMatchObject({ state: 'infected' })
      await expectProblem(await user.get(`/files/${file.id}/content`), 403, 'infected')
      await expectProblem(await user.get('/content/v'), 404, 'not-found')
    })

    test('the last reserved of overlapping overwrites owns the path', async () => {
      const user = await api.newUser()
      const reserve = (sizeBytes: number) =>
        user.reserve({ path: '/a.txt', sizeBytes, overwrite: true })
      const earlier = await reserve(7)
      const later = await reserve(5)
      await openSession(later.upload.url, Buffer.from('later')).send(0, 5)
      await user.settled(later.file.id)
      await openSession(earlier.upload.url, Buffer.from('earlier')).send(0, 7)
      expect(await user.settled(earlier.file.id)).toMatchObject({
        state: 'ready',
        isDeleted: true,
        supersededBy: later.file.id,
      })
      expect(await user.text('/a.txt')).toBe('later')
      const old = await user.get(`/files/${earlier.file.id}/content`)
      expect(await old.text()).toBe('earlier')
    })

    test('a modified upload URL is refused', async () => {
      const { session, url } = await opened(api)
      const broken = `${url.slice(0, -1)}${url.endsWith('0') ? '1' : '0'}`
      const response = await openSession(broken, bytes).send(0, chunk)
      expect([403, 404, 410]).toContain(response.status)
      expect((await session.status()).headers.has('range')).toBe(false)
    })
  })
}

async function opened(api: Api, more: Record<string, unknown> = {}) {
  const user = await api.newUser()
  const json = { path: '/big.bin', sizeBytes: bytes.length, ...more }
  const { file, upload } = await user.reserve(json)
  return { user, id: file.id, url: upload.url, session: openSession(upload.url, bytes) }
}

async function expectHeld(session: Session, held: number): Promise<void> {
  const { status, headers } = await session.status()
  expect({ status, range: headers.get('range') }).toEqual({
    status: 308,
    range: `bytes=0-${held - 1}`,
  })
}
