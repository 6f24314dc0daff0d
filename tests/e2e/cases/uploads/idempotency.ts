import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import type { UploadTicket } from '../../support/record.ts'
import { openSession } from '../../support/resumable-session.ts'

const bytes = Buffer.from('hello')
const named = (key: string) => ({ headers: { 'idempotency-key': key } })

export function idempotencyCases(api: Api): void {
  describe('POST /uploads with Idempotency-Key', () => {
    test.each(['fail', 'replace', 'rename'] as const)(
      'opens one upload for two requests with the same key: onConflict=%s',
      async (onConflict) => {
        const user = await api.newUser()
        const json = { path: '/a.txt', sizeBytes: 5, onConflict }
        const open = async () => {
          const answer = await user.call('POST', '/uploads', { json, ...named('1') })
          expect(answer.status).toBe(202)
          return (await answer.json()) as UploadTicket
        }
        const first = await open()
        expect(await open()).toEqual(first)
        expect(await user.usage()).toMatchObject({ reservedBytes: 5, openUploads: 1 })
        expect((await openSession(first.upload.url, bytes).send(0, 5)).ok).toBe(true)
        expect(await user.settled(first.file.id)).toMatchObject({ state: 'ready', path: '/a.txt' })
        expect(await user.usage()).toMatchObject({ reservedBytes: 0, fileCount: 1 })
      },
    )

    test('opens one upload for requests with the same key at the same time', async () => {
      const user = await api.newUser()
      const json = { path: '/a.txt', sizeBytes: 5, onConflict: 'rename' }
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => user.call('POST', '/uploads', { json, ...named('k') })),
      )
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202))
      const tickets = (await Promise.all(answers.map((it) => it.json()))) as UploadTicket[]
      expect(new Set(tickets.map(({ upload }) => upload.url)).size).toBe(1)
      expect(await user.usage()).toMatchObject({ reservedBytes: 5, openUploads: 1 })
    })

    test('refuses a key that named another upload, or one that has ended', async () => {
      const user = await api.newUser()
      const send = (json: object) => user.call('POST', '/uploads', { json, ...named('1') })
      const { file, upload } = (await (
        await send({ path: '/a.txt', sizeBytes: 5 })
      ).json()) as UploadTicket
      await expectProblem(await send({ path: '/a.txt', sizeBytes: 6 }), 400, 'invalid-request')
      await expectProblem(await send({ path: '/b.txt', sizeBytes: 5 }), 400, 'invalid-request')
      await openSession(upload.url, bytes).send(0, 5)
      await user.settled(file.id)
      await expectProblem(await send({ path: '/a.txt', sizeBytes: 5 }), 400, 'invalid-request')
    })

    test('the same key of two users names two uploads', async () => {
      const json = { path: '/a.txt', sizeBytes: 5 }
      const open = async () => {
        const answer = await (await api.newUser()).call('POST', '/uploads', { json, ...named('1') })
        return (await answer.json()) as UploadTicket
      }
      const [ann, bob] = [await open(), await open()]
      expect(ann.file.id).not.toBe(bob.file.id)
      expect(ann.upload.url).not.toBe(bob.upload.url)
    })

    test.each(['', 'a b', 'x'.repeat(129)])('refuses the key "%s"', async (key) => {
      const user = await api.newUser()
      const json = { path: '/a.txt', sizeBytes: 5 }
      const answer = await user.call('POST', '/uploads', { json, ...named(key) })
      await expectProblem(answer, 400, 'invalid-request')
    })
  })
}
