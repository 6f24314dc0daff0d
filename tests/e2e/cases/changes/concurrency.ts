import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { eicar } from '../../../support/files/eicar.ts'
import type { Api } from '../../support/api.ts'
import type { Caller } from '../../support/caller.ts'

const parallel = 50
const waitLong = { prefer: 'wait=60' }

export function concurrencyCases(api: Api): void {
  describe('concurrency', () => {
    test(`exactly one of ${parallel} parallel creators of one path succeeds`, async () => {
      const user = await api.newUser()
      const create = (at: number) => {
        const body = `creator ${at}`
        return at % 2 === 0
          ? user.put('/one.txt', body, { headers: { ...waitLong, 'if-none-match': '*' } })
          : user.post([{ name: 'file', fileName: 'one.txt', body }], { headers: waitLong })
      }
      const answers = await Promise.all(Array.from({ length: parallel }, (_, at) => create(at)))
      const won = answers.findIndex(({ status }) => status === 201)
      answers.forEach(({ status }, at) =>
        expect(status).toBe(at === won ? 201 : at % 2 === 0 ? 412 : 409),
      )
      expect(await user.text('/one.txt')).toBe(`creator ${won}`)
      expect(await user.usage()).toMatchObject({ fileCount: 1, reservedBytes: 0, trashBytes: 0 })
    })

    test('all parallel overwrites are kept, and one owns the path', async () => {
      const user = await api.newUser()
      const bodies = Array.from({ length: 20 }, (_, at) => `version ${at}`)
      const answers = await Promise.all(
        bodies.map((body) => user.put('/a.txt', body, { headers: waitLong })),
      )
      for (const { status } of answers) expect(status).toBe(201)
      const live = (await user.list()).files
      const old = (await user.list({ deleted: true })).files
      expect(live).toHaveLength(1)
      expect(old).toHaveLength(bodies.length - 1)
      const sizes = [...live, ...old].map(({ sizeBytes }) => sizeBytes)
      const usage = await user.usage()
      expect(usage.usedBytes + usage.trashBytes).toBe(sizes.reduce((sum, size) => sum + size, 0))
      expect(bodies).toContain(await user.text('/a.txt'))
    })

    test('a path stays readable during an overwrite, and a running download keeps its version', async () => {
      const user = await api.newUser()
      const versions = ['a', 'b', 'c'].map((letter) => Buffer.alloc(8_000_000, letter))
      const whole = new Set(versions.map(digest))
      await user.store('/a.bin', new Uint8Array(versions[0] ?? []))
      const slow = await user.get('/content/a.bin')
      const reader = slow.body?.getReader()
      const first = await reader?.read()

      let writing = true
      const reading = readUntil(user, whole, () => !writing)
      for (const version of versions.slice(1)) await user.store('/a.bin', new Uint8Array(version))
      await user.put('/a.bin', new Uint8Array(eicar()), { headers: waitLong })
      writing = false
      expect(await reading).toBeGreaterThan(0)

      const rest = [Buffer.from(first?.value ?? [])]
      for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
        rest.push(Buffer.from(next.value))
      }
      expect(digest(Buffer.concat(rest))).toBe(digest(versions[0] ?? Buffer.alloc(0)))
      expect(await user.text('/a.bin')).toMatch(/^c+$/)
    })

    test('the counters are correct after parallel deletes, restores and moves', async () => {
      const user = await api.newUser()
      const ids = await Promise.all(
        Array.from({ length: 10 }, async (_, at) => (await user.store(`/${at}`, '1234567')).id),
      )
      await Promise.all(
        ids.flatMap((id, at) => [
          user.call('DELETE', `/files/${id}`),
          user.call('DELETE', `/files/${id}`),
          user.call('POST', `/files/${id}/restore`),
          user.call('PATCH', `/files/${id}`, { json: { path: `/moved/${at}` } }),
          user.call('PATCH', `/files/${id}`, { json: { path: '/one' } }),
        ]),
      )
      const { files } = await user.list()
      const { files: deleted } = await user.list({ deleted: true })
      expect(files.length + deleted.length).toBe(10)
      expect(new Set(files.map(({ path }) => path)).size).toBe(files.length)
      expect(await user.usage()).toMatchObject({
        usedBytes: files.length * 7,
        trashBytes: deleted.length * 7,
        fileCount: files.length,
        reservedBytes: 0,
      })
    })
  })
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

async function readUntil(user: Caller, whole: Set<string>, done: () => boolean): Promise<number> {
  let reads = 0
  do {
    const response = await user.get('/content/a.bin')
    expect(response.status).toBe(200)
    expect(whole).toContain(digest(Buffer.from(await response.arrayBuffer())))
    reads++
  } while (!done())
  return reads
}
