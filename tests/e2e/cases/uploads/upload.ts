import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Part } from '../../../support/http/multipart.ts'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import { readRecord } from '../../support/caller.ts'

const uuidV4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

const file: Part = { name: 'file', fileName: 'note.txt', contentType: 'text/plain', body: 'hello' }
const fields: Part[] = [
  { name: 'path', body: '/notes/first.txt' },
  { name: 'overwrite', body: 'true' },
  { name: 'metadata', body: '{"topic":"greeting","tags":["a","b"]}' },
  { name: 'origin', body: 'agent-created' },
]
const orders: [string, Part[]][] = [
  ['before the file', [...fields, file]],
  ['after the file', [file, ...fields]],
  ['around the file', [...fields.slice(0, 2), file, ...fields.slice(2)]],
  ['in reverse', [...fields.toReversed(), file]],
]

export function uploadCases(api: Api): void {
  describe('upload', () => {
    test.each(orders)('a multipart upload accepts its fields %s', async (_, parts) => {
      const user = await api.newUser()
      const stored = await readRecord(await user.post(parts), 201)
      expect(stored).toMatchObject({
        path: '/notes/first.txt',
        name: 'first.txt',
        metadata: { topic: 'greeting', tags: ['a', 'b'] },
        origin: 'agent-created',
        state: 'ready',
      })
      expect(await user.text('/notes/first.txt')).toBe('hello')
    })

    test('a multipart upload accepts its fields in the query', async () => {
      const user = await api.newUser()
      const query = { path: '/q.txt', metadata: '{"a":1}', origin: 'generated', overwrite: true }
      const stored = await readRecord(await user.post([file], { query }), 201)
      expect(stored).toMatchObject({ path: '/q.txt', metadata: { a: 1 }, origin: 'generated' })
    })

    test('a session field after the file applies to a relative path', async () => {
      const user = await api.newUser()
      const parts = [file, { name: 'path', body: 'a/b.txt' }, { name: 'session', body: 's-1' }]
      const stored = await readRecord(await user.post(parts), 201)
      expect(stored).toMatchObject({ path: '/sessions/s-1/a/b.txt', sessionId: 's-1' })
    })

    test('a ready upload is 201 with Location, ETag and the complete record', async () => {
      const user = await api.newUser()
      const response = await user.post([file])
      const stored = await readRecord(response, 201)
      const location = new URL(response.headers.get('location') ?? '', user.url('/files'))
      expect(location.href).toBe(user.url(`/files/${stored.id}`).href)
      expect(response.headers.get('etag')).toMatch(/^"[^"]+"$/)
      expect(stored.id).toMatch(uuidV4)
      expect(stored).toMatchObject({
        workspaceId: user.user,
        name: 'note.txt',
        path: '/note.txt',
        sessionId: null,
        state: 'ready',
        mimeType: 'text/plain',
        sizeBytes: 5,
        checksum: createHash('sha256').update('hello').digest('hex'),
        scan: { verdict: 'clean', engine: expect.stringMatching(/\S/) },
        metadata: {},
        origin: 'user-upload',
        isDeleted: false,
        deletedAt: null,
        supersededBy: null,
      })
      expect(stored.generation).toMatch(/\S/)
      expect(stored.storagePath).toMatch(
        new RegExp(`^(local://|gcs://[^/]+/workspaces/).+/${stored.id}/[A-Za-z0-9._-]+$`),
      )
      for (const time of [stored.createdAt, stored.updatedAt, stored.scan?.scannedAt]) {
        expect(time).toMatch(instant)
      }
      expect(await user.record(stored.id)).toEqual(stored)
    })

    test('raw PUT stores bytes at a path', async () => {
      const user = await api.newUser()
      const response = await user.put('/raw/ü ~.bin', new Uint8Array([0, 255, 1]))
      const stored = await readRecord(response, 201)
      expect(stored).toMatchObject({ path: '/raw/ü ~.bin', name: 'ü ~.bin', sizeBytes: 3 })
      expect(response.headers.get('etag')).toMatch(/^"/)
    })

    test('an empty file is clean and ready', async () => {
      const user = await api.newUser()
      const stored = await readRecord(await user.put('/empty', new Uint8Array()), 201)
      expect(stored).toMatchObject({ sizeBytes: 0, state: 'ready', scan: { verdict: 'clean' } })
      expect(await user.text('/empty')).toBe('')
    })

    test('accepts a body of unknown length', async () => {
      const user = await api.newUser()
      const body = new Blob(['streamed ', 'bytes']).stream()
      const stored = await readRecord(await user.put('/s.txt', body, { duplex: 'half' }), 201)
      expect(stored.sizeBytes).toBe(14)
      expect((await user.usage()).reservedBytes).toBe(0)
    })

    test('several megabytes are served unchanged', async () => {
      const user = await api.newUser()
      const body = Buffer.alloc(5_000_000, 'sixteen bytes ...')
      const stored = await readRecord(
        await user.post([{ ...file, fileName: 'big.bin', body }], {
          headers: { prefer: 'wait=30' },
        }),
        201,
      )
      const response = await user.get(`/files/${stored.id}/content`)
      expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true)
    })

    test('Prefer: wait=0 is 202 with Location and Retry-After, and the file becomes ready', async () => {
      const user = await api.newUser()
      const response = await user.put('/later.txt', 'x'.repeat(3_000_000), {
        headers: { prefer: 'wait=0' },
      })
      const pending = await readRecord(response, 202)
      expect(pending).toMatchObject({ state: 'pending', checksum: null, scan: null })
      expect(response.headers.get('retry-after')).toMatch(/^\d+$/)
      expect(response.headers.get('location')).toMatch(
        new RegExp(`/api/workspace/files/${pending.id}$`),
      )
      expect(await user.settled(pending.id)).toMatchObject({ state: 'ready', id: pending.id })
    })

    test('the record of a pending file contains no upload secret', async () => {
      const user = await api.newUser()
      const { file: pending } = await user.reserve({ path: '/p.txt', sizeBytes: 3 })
      expect(pending).toMatchObject({ reservation: { maxBytes: 3, overwrite: false } })
      expect(JSON.stringify(await user.record(pending.id))).not.toContain('uploadId')
    })

    test('a taken path without overwrite is 409 path-taken', async () => {
      const user = await api.newUser()
      const first = await user.store('/note.txt', 'first')
      await expectProblem(await user.post([file]), 409, 'path-taken')
      expect(await user.text('/note.txt')).toBe('first')
      expect(await user.usage()).toMatchObject({ usedBytes: first.sizeBytes, reservedBytes: 0 })
    })

    test('a multipart file name is the text after the last slash or backslash', async () => {
      const user = await api.newUser()
      const names: [string, string][] = [
        ['C:\\Users\\me\\a.txt', 'a.txt'],
        ['../../etc/b.txt', 'b.txt'],
        ['say %22hi%22.txt', 'say "hi".txt'],
        ['100%41.txt', '100%41.txt'],
        ['日本 🎉.txt', '日本 🎉.txt'],
      ]
      for (const [fileName, name] of names) {
        const stored = await readRecord(await user.post([{ ...file, fileName }]), 201)
        expect(stored).toMatchObject({ name, path: `/${name}` })
      }
    })

    test('NFC and NFD forms of a name are the same name', async () => {
      const user = await api.newUser()
      await user.store('/cafe\u0301.txt', 'decomposed')
      expect(await user.text('/caf\u00e9.txt')).toBe('decomposed')
      await expectProblem(
        await user.post([{ ...file, fileName: 'caf\u00e9.txt' }]),
        409,
        'path-taken',
      )
    })
  })
}
