import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { ReturnFormat } from '../../../shared/workspace/store-media/store-media.ts'
import { parseReference } from '../../../shared/media/reference.ts'
import { parseFileId } from '../../../shared/model/path.ts'
import type { SourceOptions } from '../../../shared/ports/sources.ts'
import { fetcherFor, startHost } from '../../support/http/fetch-world.ts'
import { context, formats, openMediaWorld, type MediaWorld, type OpenStack } from './media-world.ts'

/** A PNG of one pixel. */
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
export const pngUri = `data:image/png;base64,${png.toString('base64')}`
const withoutWorkspace = { userId: 'ann', executionId: 'run-1' }

interface Form {
  name: string
  /** Puts the PNG at the source and resolves to the input that refers to it. */
  make: (world: MediaWorld) => Promise<string>
  /** Its name in the local directory or in the workspace. */
  storedAs: string
  /** The kind of the input if it refers to a workspace file. */
  names?: 'reference' | 'storage path'
}

const forms: Form[] = [
  {
    name: 'a data URI',
    make: async () => `data:text/plain;charset=utf-8;base64,${png.toString('base64')}`,
    storedAs: 'file.png',
  },
  {
    name: 'a URL',
    make: async () => 'http://files.example.test/some%20photo',
    storedAs: 'some photo.png',
  },
  {
    name: 'a reference by id',
    make: async (world) => `workspace://${(await world.store('/p.png', png)).id}`,
    storedAs: 'p.png',
    names: 'reference',
  },
  {
    name: 'a reference by id with its type',
    make: async (world) => `workspace://${(await world.store('/p.png', png)).id}#image/png`,
    storedAs: 'p.png',
    names: 'reference',
  },
  {
    name: 'a reference by path',
    make: async (world) => {
      await world.store('/sessions/s1/p.png', png)
      return 'workspace:///sessions/s1/p.png'
    },
    storedAs: 'p.png',
    names: 'reference',
  },
  {
    name: 'the storage path of a workspace file',
    make: async (world) => (await world.store('/p.png', png)).storagePath,
    storedAs: 'p.png',
    names: 'storage path',
  },
  {
    name: 'an object of an allowed bucket',
    make: async () => 'gcs://public/photos/q.png',
    storedAs: 'q.png',
  },
  {
    name: 'a local path',
    make: async (world) => {
      await world.put('made/by program.png', png)
      return 'made/by program.png'
    },
    storedAs: 'by program.png',
  },
]

/** Sources with one web host and one bucket, which both serve the PNG. */
function sourcesOf(port: number) {
  const fetchUrl = fetcherFor([], { allowedPorts: [port] })
  return {
    fetchUrl: (url: string, options: SourceOptions) =>
      fetchUrl(url.replace('.test/', `.test:${port}/`), options),
    openObject: async (bucket: string, name: string) =>
      bucket === 'public' && name === 'photos/q.png'
        ? { body: Readable.from([png]), sizeBytes: png.length }
        : undefined,
  }
}

const storeIn = ({ media }: MediaWorld, file: string, returnFormat: ReturnFormat) =>
  media.storeMedia({ file, context: { ...context, sessionId: 's2' }, returnFormat })

/** Tests every input form with every return format. */
export function describeCells(open: OpenStack): void {
  const begin = async () => {
    const stack = new AsyncDisposableStack()
    const host = stack.use(await startHost((_, response) => response.end(png)))
    const world = stack.use(await openMediaWorld(open, { sources: sourcesOf(host.port) }))
    return { world, [Symbol.asyncDispose]: () => stack.disposeAsync() }
  }

  describe.each(forms)('$name', ({ make, storedAs, name }) => {
    test('for_local_processing returns a path relative to the directory of the execution', async () => {
      await using opened = await begin()
      const { world } = opened
      const file = await make(world)
      const path = await storeIn(world, file, 'for_local_processing')
      expect(path).toBe(name === 'a local path' ? file : storedAs)
      expect(await readFile(join(world.directory, path))).toEqual(png)
      expect(Object.keys(await world.tree())).toEqual([`exec_file/run-1/${path}`])
    })

    test('for_external_api returns a data URI with the type of the bytes', async () => {
      await using opened = await begin()
      const { world } = opened
      const file = await make(world)
      const before = await world.tree()
      expect(await storeIn(world, file, 'for_external_api')).toBe(pngUri)
      expect(await world.tree()).toEqual(before)
    })
  })

  describe.each(forms.filter(({ names }) => names === 'reference'))('$name', ({ make }) => {
    test('for_block_output returns the reference with its type', async () => {
      await using opened = await begin()
      const { world } = opened
      const file = await make(world)
      const typed = file.includes('#') ? file : `${file}#image/png`
      expect(await storeIn(world, file, 'for_block_output')).toBe(typed)
      expect(await storeIn(world, typed, 'for_block_output')).toBe(typed)
      expect(await world.tree()).toEqual({})
    })

    test.each(formats)('%s is rejected without a workspace', async (returnFormat) => {
      await using opened = await begin()
      const { world } = opened
      const request = { file: await make(world), context: withoutWorkspace, returnFormat }
      await expect(world.media.storeMedia(request)).rejects.toMatchObject({
        code: 'invalid-request',
      })
    })
  })

  describe.each(forms.filter(({ names }) => names !== 'reference'))(
    '$name',
    ({ make, storedAs, names }) => {
      test('for_block_output returns a reference to a ready file', async () => {
        await using opened = await begin()
        const { world } = opened
        const file = await make(world)
        const before = await world.tree()
        const reference = parseReference(await storeIn(world, file, 'for_block_output'))
        expect(await world.tree()).toEqual(before)
        expect(reference.mimeType).toBe('image/png')
        const id = parseFileId('id' in reference ? reference.id : '')
        const stored = id && (await world.ports.catalog.get('ann', id))
        expect(stored).toMatchObject({
          state: 'ready',
          mimeType: 'image/png',
          scan: { verdict: 'clean' },
          ...(names === 'storage path'
            ? { path: '/p.png' }
            : { path: `/sessions/s2/${storedAs}`, origin: 'agent-created' }),
        })
        const body = stored?.state === 'ready' ? await world.ports.blobs.read(stored) : undefined
        expect(body && (await buffer(body))).toEqual(png)
      })

      test('for_block_output returns a data URI without a workspace', async () => {
        await using opened = await begin()
        const { world } = opened
        const file = await make(world)
        const returnFormat = 'for_block_output'
        const answer = world.media.storeMedia({ file, context: withoutWorkspace, returnFormat })
        expect(await answer).toBe(pngUri)
      })
    },
  )
}
