import { describe, expect, test } from 'vitest'
import { eicar } from '../../../support/files/eicar.ts'
import { multipart, type Part } from '../../../support/http/multipart.ts'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import { readRecord, type Caller, type CallOptions } from '../../support/caller.ts'
import type { FileRecord } from '../../support/record.ts'

interface Entry {
  name?: string
  status: number
  file?: FileRecord
  problem?: { type: string; detail: string; errors?: { field: string }[]; file?: FileRecord }
}

const waitLong = { prefer: 'wait=60' }
const file = (fileName: string, body: Part['body'] = `bytes of ${fileName}`): Part => ({
  name: 'file',
  fileName,
  body,
})
const field = (name: string, body: string): Part => ({ name, body })

/** Sends a form, which may be cut off after some of its bytes. */
async function send(user: Caller, parts: Part[], options: CallOptions & { keep?: number } = {}) {
  const { keep = 0, ...call } = options
  const { body, contentType } = multipart(parts)
  const headers = { 'content-type': contentType, ...waitLong, ...call.headers }
  const sent = new Uint8Array(keep === 0 ? body : body.subarray(0, keep))
  return user.call('POST', '/files', { ...call, headers, body: sent })
}

async function entriesOf(response: Response): Promise<Entry[]> {
  const text = await response.text()
  expect(response.status, `${response.status} ${text}`).toBe(207)
  return (JSON.parse(text) as { files: Entry[] }).files
}

const summary = ({ status, file, problem }: Entry) =>
  `${status} ${file?.path ?? problem?.type.replace('urn:coffer:problem:', '')}`

export function severalFilesCases(api: Api): void {
  describe('several files in one form', () => {
    test('each has its own answer, in the order of the parts', async () => {
      const user = await api.newUser()
      const response = await send(user, [file('b.txt'), file('a.txt'), file('ü.txt')])
      const entries = await entriesOf(response)
      expect(entries.map(summary)).toEqual(['201 /b.txt', '201 /a.txt', '201 /ü.txt'])
      expect(entries.map(({ name }) => name)).toEqual(['b.txt', 'a.txt', 'ü.txt'])
      expect(entries[0]?.file).toEqual(await user.record(entries[0]?.file?.id ?? ''))
      for (const name of ['a.txt', 'b.txt', 'ü.txt']) {
        expect(await user.text(`/${name}`)).toBe(`bytes of ${name}`)
      }
    })

    test('one file has the answer of one file', async () => {
      const user = await api.newUser()
      const response = await send(user, [file('a.txt'), field('path', '/b.txt')])
      expect(await readRecord(response, 201)).toMatchObject({ path: '/b.txt' })
    })

    test('a refused file does not undo the others', async () => {
      const user = await api.newUser()
      await user.store('/taken.txt', 'old')
      const response = await send(user, [
        file('first.txt'),
        file('taken.txt'),
        file('virus.txt', eicar()),
        file('a\u202egnp.exe'),
        file('last.txt'),
      ])
      const entries = await entriesOf(response)
      expect(entries.map(summary)).toEqual([
        '201 /first.txt',
        '409 path-taken',
        '422 infected',
        '400 invalid-request',
        '201 /last.txt',
      ])
      expect(entries[2]?.problem?.file).toMatchObject({ state: 'infected' })
      expect(entries[3]?.name).toBeUndefined()
      expect(await user.text('/taken.txt')).toBe('old')
      expect(await user.usage()).toMatchObject({ fileCount: 3, reservedBytes: 0 })
    })

    test('a file that is refused before its end is skipped', async () => {
      const user = await api.newUser()
      const png = Buffer.from(
        'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
        'base64',
      )
      const text = 'x'.repeat(600_000)
      const response = await send(user, [file('a.txt', text), file('b.png', png)], {
        query: { normalize: 'image' },
      })
      const entries = await entriesOf(response)
      expect(entries.map(summary)).toEqual(['415 unsupported-type', '201 /b.png'])
    })

    test('path and modifiedAt apply to the next file, other fields to all that follow', async () => {
      const user = await api.newUser()
      const modifiedAt = '2019-05-01T10:00:00.000Z'
      const response = await send(user, [
        field('origin', 'generated'),
        field('session', 's1'),
        field('path', 'one/a.txt'),
        field('modifiedAt', modifiedAt),
        file('x.txt'),
        field('path', 'two/b.txt'),
        field('metadata', '{"n":2}'),
        file('x.txt'),
        file('c.txt'),
      ])
      const files = (await entriesOf(response)).map(({ file }) => file)
      expect(files).toMatchObject([
        { path: '/sessions/s1/one/a.txt', origin: 'generated', modifiedAt, metadata: {} },
        { path: '/sessions/s1/two/b.txt', origin: 'generated', metadata: { n: 2 } },
        { path: '/sessions/s1/c.txt', origin: 'generated', metadata: { n: 2 } },
      ])
      expect(files[1]?.modifiedAt).toBe(files[1]?.createdAt)
    })

    test('two files of one name are 409 or numbered, in their order', async () => {
      const user = await api.newUser()
      const twice = [file('a.txt', 'first'), file('a.txt', 'second')]
      const failing = await entriesOf(await send(user, twice))
      expect(failing.map(summary)).toEqual(['201 /a.txt', '409 path-taken'])
      expect(await user.text('/a.txt')).toBe('first')
      const renaming = [field('onConflict', 'rename'), ...twice]
      const renamed = await entriesOf(await send(user, renaming))
      expect(renamed.map(summary)).toEqual(['201 /a (2).txt', '201 /a (3).txt'])
      expect(await user.text('/a (3).txt')).toBe('second')
    })

    test('a field after the last file refuses that file and names the rule', async () => {
      const user = await api.newUser()
      const response = await send(user, [file('a.txt'), file('b.txt'), field('session', 's1')])
      const entries = await entriesOf(response)
      expect(entries.map(summary)).toEqual(['201 /a.txt', '400 invalid-request'])
      expect(entries[1]?.problem?.errors).toMatchObject([{ field: 'session' }])
    })

    test('a path in the query names the first file only', async () => {
      const user = await api.newUser()
      const query = { path: '/a.txt', onConflict: 'replace' }
      const entries = await entriesOf(await send(user, [file('x'), file('y')], { query }))
      expect(entries.map(summary)).toEqual(['201 /a.txt', '400 invalid-request'])
      expect(await user.text('/a.txt')).toBe('bytes of x')
    })

    test('a form that is cut off keeps the whole files and reports the others', async () => {
      const user = await api.newUser()
      const parts = [file('a.txt'), file('b.txt'), file('c.txt', 'c'.repeat(10_000))]
      const { body } = multipart(parts)
      const entries = await entriesOf(await send(user, parts, { keep: body.length - 5_000 }))
      expect(entries.map(summary)).toEqual(['201 /a.txt', '201 /b.txt', '400 invalid-request'])
      expect(entries[2]?.problem?.detail).toContain('body')
      const { files } = await user.list({ sort: 'path' })
      expect(files.map(({ path }) => path)).toEqual(['/a.txt', '/b.txt'])
      expect(await user.usage()).toMatchObject({ fileCount: 2, reservedBytes: 0 })
    })

    test('more than 100 files are refused from the 101st on', async () => {
      const user = await api.newUser()
      const parts = Array.from({ length: 120 }, (_, at) => file(`${at}.txt`, `${at}`))
      const entries = await entriesOf(await send(user, parts))
      expect(entries).toHaveLength(101)
      expect(entries.map(({ status }) => status)).toEqual([...Array<number>(100).fill(201), 400])
      expect(entries[100]?.problem?.detail).toContain('at most 100')
      expect(await user.usage()).toMatchObject({ fileCount: 100, reservedBytes: 0 })
    })

    test('fields of more than 1 MiB together are refused', async () => {
      const user = await api.newUser()
      const metadata = JSON.stringify({ text: 'x'.repeat(16_000) })
      const padded = field('metadata', `${metadata}${' '.repeat(44_000)}`)
      const parts = Array.from({ length: 20 }, (_, at) => [padded, file(`${at}.txt`)]).flat()
      const entries = await entriesOf(await send(user, parts))
      expect(entries.at(-1)).toMatchObject({ status: 400 })
      expect(entries.at(-1)?.problem?.detail).toContain('fields of more than')
      expect(entries.slice(0, -1).every(({ status }) => status === 201)).toBe(true)
    })

    test('a form with a digest has one file, because the digest covers the whole form', async () => {
      const user = await api.newUser()
      const headers = { 'content-digest': `sha-256=:${Buffer.alloc(32).toString('base64')}:` }
      const response = await send(user, [file('a.txt'), file('b.txt')], { headers })
      const entries = await entriesOf(response)
      expect(entries.map(summary)).toEqual(['201 /a.txt', '400 invalid-request'])
    })

    test('an invalid form before its second file stores nothing', async () => {
      const user = await api.newUser()
      const parts = [file('a.txt'), file('b.txt')]
      const { body } = multipart([file('a.txt')])
      const cut = await send(user, parts, { keep: body.length - 10 })
      await expectProblem(cut, 400, 'invalid-request')
      expect(await user.usage()).toMatchObject({ fileCount: 0, reservedBytes: 0 })
    })
  })
}
