import { describe, expect, test } from 'vitest'
import { expectProblem } from '../../../support/http/problem.ts'
import { holdRequest } from '../../../support/http/raw-http.ts'
import type { Api } from '../../support/api.ts'
import { type Caller, expectNothingStored, readRecord } from '../../support/caller.ts'

const parallel = 50

/** Cases for services with a quota of 2 MB and a file limit of 1 MB. */
export function quotaCases(api: Api): void {
  describe('quota and limits', () => {
    test('accepts an upload of exactly the free bytes, and answers 413 quota-exceeded for one more byte', async () => {
      const { user, limitBytes } = await opened(api)
      const half = limitBytes / 2
      await user.store('/one', blank(half))
      await user.store('/two', blank(half - 10))
      await expectRefused(await put(user, '/three', 11))
      await readRecord(await put(user, '/three', 10), 201)
      await expectRefused(await put(user, '/four', 1))
      await readRecord(await put(user, '/empty', 0), 201)
      expect(await user.usage()).toMatchObject({
        usedBytes: limitBytes,
        usedPercent: 100,
        reservedBytes: 0,
        fileCount: 4,
      })
    })

    test(`exactly as many of ${parallel} parallel uploads succeed as fit into the quota`, async () => {
      const { user, limitBytes } = await opened(api)
      const size = Math.floor(limitBytes / 30)
      const answers = await Promise.all(
        Array.from({ length: parallel }, (_, at) => put(user, `/${at}`, size)),
      )
      const statuses = answers.map(({ status }) => status)
      expect(statuses.filter((status) => status === 201)).toHaveLength(30)
      expect(statuses.filter((status) => status === 413)).toHaveLength(parallel - 30)
      expect(await user.usage()).toMatchObject({
        usedBytes: size * 30,
        reservedBytes: 0,
        fileCount: 30,
      })
      expect((await user.list({ limit: 1000 })).files).toHaveLength(30)
    })

    test('reserved bytes count until the reservation is released', async () => {
      const { user, limitBytes } = await opened(api)
      const half = limitBytes / 2
      const { file } = await user.reserve({ path: '/a', sizeBytes: half })
      await user.reserve({ path: '/b', sizeBytes: half })
      await expectRefused(await put(user, '/c', 1))
      await user.call('DELETE', `/files/${file.id}`)
      await readRecord(await put(user, '/c', half), 201)
    })

    test('an overwrite reserves only the additional bytes', async () => {
      const { user, limitBytes } = await opened(api)
      const half = limitBytes / 2
      await user.store('/a', blank(half))
      await user.store('/b', blank(half))
      await readRecord(await put(user, '/b', half), 201)
      await readRecord(await put(user, '/b', half - 1), 201)
      await readRecord(await put(user, '/b', half), 201)
      expect(await user.usage()).toMatchObject({ usedBytes: limitBytes, reservedBytes: 0 })
    })

    test('the trash never blocks an upload, because it keeps at most one quota', async () => {
      const { user, limitBytes } = await opened(api)
      const half = limitBytes / 2
      const ids: string[] = []
      for (let times = 0; times < 4; times++) {
        const { id } = await user.store(`/${times}`, blank(half))
        ids.push(id)
        await user.call('DELETE', `/files/${id}`)
      }
      expect(await user.usage()).toMatchObject({ usedBytes: 0, trashBytes: limitBytes })
      const statuses = await Promise.all(
        ids.map(async (id) => (await user.get(`/files/${id}`)).status),
      )
      expect(statuses).toEqual([404, 404, 410, 410])
    })

    test('restore and copy respect the quota', async () => {
      const { user, limitBytes } = await opened(api)
      const half = limitBytes / 2
      const { id } = await user.store('/a', blank(half))
      await user.call('DELETE', `/files/${id}`)
      const kept = await user.store('/b', blank(half))
      await user.store('/c', blank(half))
      await expectRefused(await user.call('POST', `/files/${id}/restore`))
      const copy = await user.call('POST', `/files/${kept.id}/copy`, { json: { path: '/d' } })
      await expectRefused(copy)
      expect(await user.usage()).toMatchObject({ usedBytes: limitBytes, reservedBytes: 0 })
    })

    test('a file over the file limit is 413 too-large naming the limit and POST /uploads', async () => {
      const { user, limitBytes } = await opened(api)
      const fileLimit = limitBytes / 2
      const tooMuch = fileLimit + 1
      const answers = [
        await put(user, '/a', tooMuch),
        await user.put('/a', new Blob([blank(tooMuch)]).stream(), { duplex: 'half' }),
        await user.post([{ name: 'file', fileName: 'a', body: blank(tooMuch) }]),
      ]
      for (const answer of answers) {
        const problem = await expectProblem(answer, 413, 'too-large')
        expect(problem.detail).toMatch(/\d.*POST \S*\/uploads/)
      }
      const json = { path: '/a', sizeBytes: tooMuch }
      const ticket = await user.call('POST', '/uploads', { json })
      const problem = await expectProblem(ticket, 413, 'too-large')
      expect(problem.detail).toMatch(/\d/)
      await expectNothingStored(user)
    })

    test('refuses a body that is too large before its end', async () => {
      const { user, limitBytes } = await opened(api)
      const held = holdRequest(user.url('/content/a'), 'PUT', {
        authorization: user.authorization,
        'content-length': String(limitBytes * 4),
      })
      await held.write(blank(1000))
      await expectProblem(await held.answered, 413, 'too-large')
      held.cut()
      await expectNothingStored(user)
    })
  })
}

async function opened(api: Api) {
  const user = await api.newUser()
  const { limitBytes } = await user.usage()
  expect(limitBytes % 2).toBe(0)
  return { user, limitBytes }
}

const blank = (size: number) => new Uint8Array(size).fill(32)

function put(user: Caller, path: string, size: number): Promise<Response> {
  return user.put(path, blank(size), { headers: { prefer: 'wait=60' } })
}

async function expectRefused(response: Response): Promise<void> {
  await expectProblem(response, 413, 'quota-exceeded')
}
