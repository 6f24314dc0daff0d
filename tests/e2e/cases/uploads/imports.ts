import { describe, expect, test } from 'vitest'
import { eicar } from '../../../support/files/eicar.ts'
import { expectProblem } from '../../../support/http/problem.ts'
import type { Api } from '../../support/api.ts'
import {
  expectNothingStored,
  readRecord,
  type Caller,
  type CallOptions,
} from '../../support/caller.ts'

const headers = { prefer: 'wait=30' }

const importing = (user: Caller, json: Record<string, unknown>, options: CallOptions = {}) =>
  user.call('POST', '/imports', { json, headers, ...options })

/** Sources that every service refuses to fetch. */
const innerAddresses = [
  'http://127.0.0.1/',
  'http://localhost/',
  'http://[::1]/',
  'http://0x7f.1/',
  'http://2130706433/',
  'http://169.254.169.254/computeMetadata/v1/',
  'http://10.0.0.1/',
  'http://[::ffff:10.0.0.1]/',
  'http://[64:ff9b::a00:1]/',
  'https://192.168.0.1/',
  'http://100.64.0.1/',
  'http://0.0.0.0/',
]

export function importCases(api: Api): void {
  describe('imports', () => {
    test('of a data URI create an ordinary file', async () => {
      const user = await api.newUser()
      const source = 'data:text/plain;charset=utf-8,caf%C3%A9'
      const answer = await importing(user, { source, name: 'a.txt', metadata: { from: 'test' } })
      const file = await readRecord(answer, 201)
      expect(answer.headers.get('location')).toBe(`/api/workspace/files/${file.id}`)
      expect(answer.headers.get('etag')).toBe(`"${file.checksum}"`)
      expect(file).toMatchObject({
        path: '/a.txt',
        state: 'ready',
        mimeType: 'text/plain',
        sizeBytes: 5,
        origin: 'user-upload',
        metadata: { from: 'test' },
      })
      expect(await user.text('/a.txt')).toBe('café')
    })

    test('without a name get a name with the extension of their type', async () => {
      const user = await api.newUser()
      const file = await readRecord(await importing(user, { source: 'data:text/csv,a,b' }), 201)
      expect(file.path).toBe('/file.csv')
    })

    test('use the given path, session and origin', async () => {
      const user = await api.newUser()
      const json = { source: 'data:,x', path: 'in/a.txt', session: 's1', origin: 'agent-created' }
      const file = await readRecord(await importing(user, json), 201)
      expect(file).toMatchObject({ path: '/sessions/s1/in/a.txt', origin: 'agent-created' })
    })

    test('to a taken path are 409, and replace its owner with overwrite', async () => {
      const user = await api.newUser()
      await user.store('/a.txt', 'before')
      const json = { source: 'data:,after', path: '/a.txt' }
      await expectProblem(await importing(user, json), 409, 'path-taken')
      expect(await user.text('/a.txt')).toBe('before')
      await readRecord(await importing(user, { ...json, overwrite: true }), 201)
      expect(await user.text('/a.txt')).toBe('after')
    })

    test.each([
      ['by its id', (id: string) => `workspace://${id}`],
      ['by its id with a type', (id: string) => `workspace://${id}#text/plain`],
      ['by its path', () => 'workspace:///a.txt'],
    ])('of an own file %s are a copy with its verdict', async (_, sourceOf) => {
      const user = await api.newUser()
      const original = await user.store('/a.txt', 'same bytes')
      const json = { source: sourceOf(original.id), path: '/copy.txt' }
      const copy = await readRecord(await importing(user, json), 201)
      expect(copy).toMatchObject({ state: 'ready', checksum: original.checksum, path: '/copy.txt' })
      expect(copy.id).not.toBe(original.id)
      expect(copy.scan).toEqual(original.scan)
      expect(await user.text('/copy.txt')).toBe('same bytes')
    })

    test('accept the storage path of an own file', async () => {
      const user = await api.newUser()
      const { storagePath } = await user.store('/a.txt', 'same bytes')
      const json = { source: storagePath, path: '/copy.txt' }
      await readRecord(await importing(user, json), 201)
      expect(await user.text('/copy.txt')).toBe('same bytes')
    })

    test('of another user’s file are refused like an unknown file', async () => {
      const owner = await api.newUser()
      const { id, storagePath } = await owner.store('/a.txt')
      const user = await api.newUser()
      const foreign = await importing(user, { source: `workspace://${id}`, path: '/b' })
      await expectProblem(foreign, 404, 'not-found')
      const details = []
      for (const source of [
        storagePath,
        storagePath.replace(id, crypto.randomUUID()),
        'gcs://foreign-bucket/a.txt',
      ]) {
        const answer = await importing(user, { source, path: '/b' })
        details.push((await expectProblem(answer, 400, 'invalid-request', 'source')).detail)
      }
      expect(new Set(details).size).toBe(1)
      await expectNothingStored(user)
    })

    test('of an infected file are 422, and the file is not served', async () => {
      const user = await api.newUser()
      const source = `data:text/plain;base64,${eicar().toString('base64')}`
      const answer = await importing(user, { source, path: '/eicar.txt' })
      const { file } = await expectProblem(answer, 422, 'infected')
      expect(file).toMatchObject({ state: 'infected' })
      expect(await user.usage()).toMatchObject({ usedBytes: 0, reservedBytes: 0 })
    })

    test('of private addresses are refused with the same message in every notation', async () => {
      const user = await api.newUser()
      const details = new Set<string>()
      for (const source of innerAddresses) {
        const problem = await expectProblem(
          await importing(user, { source, path: '/a' }),
          400,
          'invalid-request',
          'source',
        )
        details.add(problem.detail)
      }
      expect([...details]).toEqual([expect.stringContaining('could not be fetched')])
      await expectNothingStored(user)
    })

    test.each([
      ['a local path', 'report.pdf', /local path/],
      ['an absolute path', '/etc/passwd', /local path/],
      ['a file URL', 'file:///etc/passwd', /must be a data URI/],
      ['another scheme', 'ftp://example.com/a', /must be a data URI/],
      ['a user name in the URL', 'http://user@example.com/', /user name/],
      ['another port', 'http://example.com:22/', /port/],
      ['a data URI without a comma', 'data:text/plain', /comma/],
      ['a data URI with bad base64', 'data:;base64,a*b=', /base64/],
      ['a reference without a file', 'workspace://', /workspace:/],
      ['an object without a bucket', 'gcs:///a', /bucket/],
      ['nothing', '', /must be/],
    ])('of %s are 400 with the reason', async (_, source, reason) => {
      const user = await api.newUser()
      const answer = await importing(user, { source, path: '/a' })
      const problem = await expectProblem(answer, 400, 'invalid-request', 'source')
      expect(problem.detail).toMatch(reason)
      await expectNothingStored(user)
    })

    test.each<[string, Record<string, unknown>, string]>([
      ['no source', {}, 'source'],
      ['an unknown member', { source: 'data:,x', surprise: 1 }, 'surprise'],
      ['a name with a slash', { source: 'data:,x', name: 'a/b' }, 'name'],
      ['a bad path', { source: 'data:,x', path: '/a/../b' }, 'path'],
      ['bounds without normalize', { source: 'data:,x', maxWidth: 100 }, 'maxWidth'],
      ['bounds too small', { source: 'data:,x', normalize: 'image', maxWidth: 1 }, 'maxWidth'],
    ])('with %s are 400 naming it', async (_, json, field) => {
      const user = await api.newUser()
      await expectProblem(await importing(user, json), 400, 'invalid-request', field)
      await expectNothingStored(user)
    })

    test('normalize an image with normalize=image', async () => {
      const user = await api.newUser()
      const { default: sharp } = await import('sharp')
      const image = sharp({ create: { width: 100, height: 50, channels: 3, background: 'red' } })
      const bytes = await image
        .withExif({ IFD0: { Artist: 'Ann' } })
        .png()
        .toBuffer()
      const source = `data:image/png;base64,${bytes.toString('base64')}`
      const json = { source, path: '/a.png', normalize: 'image', maxWidth: 20 }
      const { id } = await readRecord(await importing(user, json), 201)
      const stored = await (await user.get(`/files/${id}/content`)).arrayBuffer()
      const metadata = await sharp(stored).metadata()
      expect([metadata.width, metadata.height, metadata.exif]).toEqual([20, 10, undefined])
    })

    test.each([
      ['urlencoded', () => new URLSearchParams({ ...fields, unknown: '1' })],
      ['multipart', () => formOf({ ...fields, unknown: '1' })],
      ['with a Blob', () => formOf({ ...fields, metadata: new Blob([fields.metadata]) })],
    ])('are accepted as a form: %s', async (_, body) => {
      const user = await api.newUser()
      const answer = await user.call('POST', '/imports', { body: body(), headers })
      const file = await readRecord(answer, 201)
      expect(file).toMatchObject({
        path: '/sessions/s1/ü & é.txt',
        metadata: { a: 1 },
        mimeType: 'text/plain',
      })
      expect(await user.text('/sessions/s1/ü & é.txt')).toBe('a+b')
    })

    test.each<[string, () => RequestInit['body'], string]>([
      ['a field twice', () => new URLSearchParams('source=data:,x&source=data:,y'), 'source'],
      ['an invalid flag', () => formOf({ ...fields, overwrite: 'yes' }), 'overwrite'],
      ['a file', () => formOf(fields, new File(['x'], 'x.txt')), 'file'],
    ])('as a form with %s are 400 naming it', async (_, body, field) => {
      const user = await api.newUser()
      const answer = await user.call('POST', '/imports', { body: body() ?? '', headers })
      await expectProblem(answer, 400, 'invalid-request', field)
      await expectNothingStored(user)
    })

    test('in any other media type are 415', async () => {
      const user = await api.newUser()
      const json = JSON.stringify({ source: 'data:,x', path: '/a' })
      const answer = await user.call('POST', '/imports', {
        body: json,
        headers: { 'content-type': 'text/plain' },
      })
      await expectProblem(answer, 415, 'unsupported-type')
    })

    test('of a data URI beyond the limit are 413', async () => {
      const user = await api.newUser()
      const source = `data:,${'x'.repeat(4 * 1024 * 1024)}`
      await expectProblem(await importing(user, { source, path: '/a' }), 413, 'too-large')
      await expectNothingStored(user)
    })
  })
}

const fields = {
  source: 'data:text/plain,a+b',
  name: 'ü & é.txt',
  session: 's1',
  metadata: '{"a":1}',
  overwrite: 'true',
}

function formOf(values: Record<string, string | Blob>, file?: File): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(values)) form.append(name, value)
  if (file) form.append('file', file)
  return form
}
