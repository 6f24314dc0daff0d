import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { parseReference, type FileRecord, type WriteOptions } from '../../library/index.ts'
import { eicar } from '../support/files/eicar.ts'
import { useWorkspace } from './library-world.ts'

const { workspace } = useWorkspace()

/** A path that no other test uses. */
const freshPath = (name = 'a.txt') => `/${randomUUID()}/${name}`

describe('files of an opened workspace', () => {
  test('belong by default to the user of an npm start without sign-in', () => {
    expect(workspace().userId).toBe('local')
  })

  test('are ready when write resolves, with the type of their bytes', async () => {
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
      'base64',
    )
    const file = await workspace().write(freshPath('photo.txt'), png)
    expect(file).toMatchObject({ state: 'ready', mimeType: 'image/png', origin: 'generated' })
    expect(file.sizeBytes).toBe(png.length)
  })

  test.each([
    ['text', () => 'héllo'],
    ['bytes', () => new TextEncoder().encode('héllo')],
    ['a Node.js stream', () => Readable.from([Buffer.from('hé'), Buffer.from('llo')])],
    ['a web stream', () => new Blob(['héllo']).stream()],
    [
      'a generator',
      () =>
        (async function* () {
          yield new TextEncoder().encode('héllo')
        })(),
    ],
  ])('write accepts %s', async (_, content) => {
    const { id, path } = await workspace().write(freshPath(), content())
    for (const name of [id, path, `workspace://${id}`]) {
      const { file, body } = await workspace().read(name)
      expect(await text(body)).toBe('héllo')
      expect(file.id).toBe(id)
    }
  })

  test('write accepts an empty file', async () => {
    const { id } = await workspace().write(freshPath(), '')
    expect(await text((await workspace().read(id)).body)).toBe('')
  })

  test('read truncates a range at the end of the file', async () => {
    const { id } = await workspace().write(freshPath(), '0123456789')
    const part = async (range: { start: number; end?: number }) =>
      text((await workspace().read(id, range)).body)
    expect(await part({ start: 2, end: 4 })).toBe('234')
    expect(await part({ start: 7 })).toBe('789')
    expect(await part({ start: 7, end: 100 })).toBe('789')
    for (const range of [{ start: 10 }, { start: -1 }, { start: 3, end: 2 }, { start: 0.5 }]) {
      await expect(workspace().read(id, range)).rejects.toMatchObject({
        code: 'range-not-satisfiable',
      })
    }
  })

  test('write rejects an infected file with the threat, and the file is never served', async () => {
    const path = freshPath()
    const refusal = await workspace()
      .write(path, eicar())
      .catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: 'infected', file: { path, state: 'infected' } })
    const { file } = refusal as { file: FileRecord }
    await expect(workspace().read(file.id)).rejects.toMatchObject({ code: 'infected' })
    await expect(workspace().read(path)).rejects.toMatchObject({ code: 'not-found' })
  })

  test('write replaces an existing file only with overwrite', async () => {
    const path = freshPath()
    const old = await workspace().write(path, 'old')
    await expect(workspace().write(path, 'new')).rejects.toMatchObject({ code: 'path-taken' })
    await workspace().write(path, 'new', { overwrite: true })
    expect(await text((await workspace().read(path)).body)).toBe('new')
    expect(await text((await workspace().read(old.id)).body)).toBe('old')
  })

  test('write stores metadata, origin and a type that the bytes do not reveal', async () => {
    const { id } = await workspace().write(freshPath('table'), 'a,b\n1,2\n', {
      mimeType: 'text/csv',
      metadata: { run: 7 },
      origin: 'agent-created',
    })
    expect(await workspace().get(id)).toMatchObject({
      mimeType: 'text/csv',
      metadata: { run: 7 },
      origin: 'agent-created',
    })
  })

  test.each<[string, object, string]>([
    ['metadata that is too large', { metadata: { text: 'x'.repeat(16 * 1024) } }, 'metadata'],
    ['an unknown origin', { origin: 'elsewhere' }, 'origin'],
    ['an invalid type', { mimeType: 'image' }, 'mimeType'],
    ['an unknown option', { overWrite: true }, 'overWrite'],
  ])('write rejects %s and names the field', async (_, options, field) => {
    const given = options as WriteOptions
    await expect(workspace().write(freshPath(), 'x', given)).rejects.toMatchObject({
      code: 'invalid-request',
      errors: [{ field }],
    })
  })

  test('list, update, copy, delete and restore accept an id, a path or a reference', async () => {
    const folder = `/${randomUUID()}/`
    const { id } = await workspace().write(`${folder}a.txt`, 'x')
    const moved = await workspace().update(`workspace://${id}`, { path: `${folder}b.txt` })
    expect(moved).toMatchObject({ id, name: 'b.txt' })
    expect(await workspace().update(id, { name: 'c.txt' })).toMatchObject({
      path: `${folder}c.txt`,
    })
    const copied = await workspace().copy(`${folder}c.txt`, `${folder}d.txt`)
    const paths = async () =>
      (await workspace().list({ prefix: folder, sort: 'path' })).files.map(({ path }) => path)
    expect(await paths()).toEqual([`${folder}c.txt`, `${folder}d.txt`])
    await workspace().delete(`${folder}c.txt`)
    expect(await paths()).toEqual([`${folder}d.txt`])
    await expect(workspace().get(id)).rejects.toMatchObject({ code: 'gone' })
    await workspace().restore(id)
    expect(await paths()).toEqual([`${folder}c.txt`, `${folder}d.txt`])
    await workspace().delete(copied.id, { purge: true })
    await expect(workspace().get(copied.id)).rejects.toMatchObject({ code: 'not-found' })
  })

  test('list returns pages', async () => {
    const prefix = `/${randomUUID()}/`
    for (const name of ['a', 'b', 'c']) await workspace().write(prefix + name, name)
    const first = await workspace().list({ prefix, sort: 'path', limit: 2 })
    expect(first).toMatchObject({ hasMore: true, files: [{ name: 'a' }, { name: 'b' }] })
    const { nextCursor: cursor } = first
    const second = await workspace().list({ prefix, sort: 'path', limit: 2, cursor })
    expect(second).toMatchObject({ hasMore: false, files: [{ name: 'c' }] })
    await expect(workspace().list({ limit: 0 })).rejects.toMatchObject({ code: 'invalid-request' })
  })

  test('files of another user are reported as not found', async () => {
    const ann = workspace().forUser('ann')
    const { id, path } = await ann.write(freshPath(), 'x')
    await expect(workspace().read(id)).rejects.toMatchObject({ code: 'not-found' })
    await expect(workspace().read(path)).rejects.toMatchObject({ code: 'not-found' })
    await expect(workspace().delete(id)).rejects.toMatchObject({ code: 'not-found' })
    expect(await ann.usage()).toMatchObject({ liveCount: 1, liveBytes: 1 })
  })

  test('a workspace bound to a session does not see files outside it', async () => {
    const bound = workspace().forUser('ben', 'run-1')
    const { id, path, sessionId } = await bound.write('notes.txt', 'x')
    expect({ path, sessionId }).toEqual({ path: '/sessions/run-1/notes.txt', sessionId: 'run-1' })
    await expect(workspace().forUser('ben', 'run-2').read(id)).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect(bound.write('/elsewhere.txt', 'x')).rejects.toMatchObject({ code: 'forbidden' })
  })

  test('parseReference returns the id and type of a reference', async () => {
    const { id } = await workspace().write(freshPath(), 'x')
    expect(parseReference(`workspace://${id}#text/plain`)).toEqual({ id, mimeType: 'text/plain' })
  })
})
