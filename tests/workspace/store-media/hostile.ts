import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { WorkspaceError } from '../../../shared/model/errors.ts'
import type { Scanner } from '../../../shared/ports/scanner.ts'
import type { Sources } from '../../../shared/ports/sources.ts'
import { eicar } from '../../support/files/eicar.ts'
import { context, formats, openMediaWorld, type OpenStack } from './media-world.ts'
import { png, pngUri } from './cells.ts'

const local = { context, returnFormat: 'for_local_processing' as const }
const eicarUri = `data:;base64,${eicar().toString('base64')}`

/** Sources that answer every URL with this body and name. */
export function answering(body: () => Readable, name?: string): { sources: Sources } {
  const source = () => ({ body: body(), ...(name !== undefined && { name }) })
  return { sources: { fetchUrl: async () => source(), openObject: async () => undefined } }
}

const down: Scanner = {
  scan: () => Promise.reject(unavailable()),
  version: () => Promise.reject(unavailable()),
}

function unavailable(): WorkspaceError {
  return new WorkspaceError('scanner-unavailable', 'The scanner is down. Try again.')
}

/** Tests hostile requests. Rejected requests change nothing. */
export function describeHostile(open: OpenStack): void {
  describe('storeMedia and cleanExecution', () => {
    test.each([
      [
        '',
        '.',
        '..',
        '.hidden',
        '../run-1',
        'a/b',
        'a\\b',
        'a\0',
        'a b',
        'ü',
        'x'.repeat(129),
        '\n',
      ],
    ])('reject the execution id %j', async (executionId) => {
      await using world = await openMediaWorld(open)
      const request = { ...local, file: pngUri, context: { ...context, executionId } }
      await expect(world.media.storeMedia(request)).rejects.toMatchObject({
        code: 'invalid-request',
        errors: [{ field: 'executionId' }],
      })
      await expect(world.media.cleanExecution(executionId)).rejects.toMatchObject({
        code: 'invalid-request',
      })
      expect(await world.tree()).toEqual({})
    })
  })

  describe('a context', () => {
    test('that combines a user with the workspace of another user is forbidden', async () => {
      await using world = await openMediaWorld(open)
      const { id } = await world.store('/a.png', png)
      const request = {
        ...local,
        file: `workspace://${id}`,
        context: { ...context, userId: 'eve' },
      }
      await expect(world.media.storeMedia(request)).rejects.toMatchObject({ code: 'forbidden' })
    })

    test('of another user cannot use references or storage paths', async () => {
      await using world = await openMediaWorld(open)
      const { id, storagePath } = await world.store('/a.png', png)
      const eve = { userId: 'eve', workspaceId: 'eve', executionId: 'run-1' }
      const codes = []
      for (const file of [`workspace://${id}`, 'workspace:///a.png', storagePath]) {
        for (const returnFormat of formats) {
          const stored = world.media.storeMedia({ file, context: eve, returnFormat })
          codes.push(await stored.catch((error: { code?: string }) => error.code))
        }
      }
      expect(new Set(codes.slice(0, 6))).toEqual(new Set(['not-found']))
      expect(new Set(codes.slice(6))).toEqual(new Set(['invalid-request']))
    })

    test('sees other sessions only if it is not bound to its session', async () => {
      await using world = await openMediaWorld(open)
      await world.store('/sessions/s1/a.png', png)
      await world.store('/sessions/s2/b.png', png)
      const stored = (file: string, isBoundToSession: boolean) =>
        world.media.storeMedia({
          file,
          context: { ...context, sessionId: 's1', isBoundToSession },
          returnFormat: 'for_external_api',
        })
      expect(await stored('workspace:///sessions/s1/a.png', true)).toBe(pngUri)
      expect(await stored('workspace:///sessions/s2/b.png', false)).toBe(pngUri)
      const other = stored('workspace:///sessions/s2/b.png', true)
      await expect(other).rejects.toMatchObject({ code: 'not-found' })
    })
  })

  describe('a source', () => {
    test.each([
      ['gcs://foreign-bucket/a.png'],
      ['gcs://bucket'],
      ['local://eve/x/y'],
      ['ftp://example.com/a'],
      ['file:///etc/passwd'],
      ['gs://bucket/a'],
      ['data:image/png'],
      ['data:;base64,a*'],
      ['workspace://not-an-id'],
      ['workspace:///a/../b'],
    ])('%s is rejected with invalid-request', async (file) => {
      await using world = await openMediaWorld(open)
      await expect(world.media.storeMedia({ ...local, file })).rejects.toMatchObject({
        code: 'invalid-request',
      })
      expect(await world.tree()).toEqual({})
    })

    test('leaves no files if it is infected or the scanner is unavailable', async () => {
      await using world = await openMediaWorld(open)
      await using blind = await openMediaWorld(open, { scanner: down })
      for (const returnFormat of formats) {
        const infected = world.media.storeMedia({ file: eicarUri, context, returnFormat })
        await expect(infected).rejects.toMatchObject({ code: 'infected' })
        const unscanned = blind.media.storeMedia({ file: pngUri, context, returnFormat })
        await expect(unscanned).rejects.toMatchObject({ code: 'scanner-unavailable' })
      }
      expect([await world.tree(), await blind.tree()]).toEqual([{}, {}])
      const { files } = await blind.ports.catalog.list(everything)
      expect(files).toEqual([])
      expect(await blind.ports.catalog.usage('ann')).toMatchObject({ reservedBytes: 0 })
      expect(await blind.ports.blobs.list({ limit: 10 })).toEqual({ blobs: [] })
    })

    test('is not scanned again if it is a ready file', async () => {
      await using world = await openMediaWorld(open, { scanner: down })
      const { id } = await world.store('/a.png', png)
      for (const returnFormat of formats) {
        await world.media.storeMedia({ file: `workspace://${id}`, context, returnFormat })
      }
      expect(await world.tree()).toEqual({ 'exec_file/run-1/a.png': png.length })
    })

    test('leaves no files if its body fails', async () => {
      await using world = await openMediaWorld(
        open,
        answering(() => Readable.from(half())),
      )
      for (const returnFormat of formats) {
        const stored = world.media.storeMedia({ file: 'http://a.test/', context, returnFormat })
        await expect(stored).rejects.toThrow('broke off')
      }
      expect(await world.tree()).toEqual({})
      expect((await world.ports.catalog.list(everything)).files).toEqual([])
    })

    test.each([
      ['../../evil.png', 'file.png'],
      ['a/b.png', 'file.png'],
      ['-rf', 'file.png'],
      ['photo', 'photo.png'],
      ['photo.exe', 'photo.png'],
      ['photo.JPG', 'photo.png'],
      ['PHOTO.PNG', 'PHOTO.PNG'],
      ['v1.2-final version', 'v1.2-final version.png'],
      ['休日 🏖.png', '休日 🏖.png'],
      ['x'.repeat(255), `${'x'.repeat(251)}.png`],
    ])('named %s is stored as %s', async (name, stored) => {
      await using world = await openMediaWorld(
        open,
        answering(() => Readable.from([png]), usable(name)),
      )
      const path = await world.media.storeMedia({ ...local, file: 'http://a.test/' })
      expect(path).toBe(stored)
      expect(await readFile(join(world.directory, path))).toEqual(png)
    })
  })
}

const everything = {
  workspaceId: 'ann',
  deleted: false,
  sort: 'path',
  descending: false,
  limit: 10,
} as const

/** Drops names with a slash, because the `Sources` port returns only valid names. */
function usable(name: string): string | undefined {
  return name.includes('/') ? undefined : name
}

async function* half() {
  yield png.subarray(0, 20)
  await Promise.reject(new WorkspaceError('invalid-request', 'broke off'))
}
