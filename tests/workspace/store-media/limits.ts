import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { Sources } from '../../../shared/ports/sources.ts'
import { context, formats, openMediaWorld, type OpenStack } from './media-world.ts'
import { answering } from './hostile.ts'
import { png, pngUri } from './cells.ts'

const local = { context, returnFormat: 'for_local_processing' as const }
const url = 'http://a.test/'

const bodyOf =
  (bytes: number, piece = 7) =>
  () =>
    Readable.from(pieces(bytes, piece), { objectMode: false })

const endless = () => Readable.from(pieces(Infinity, 1000), { objectMode: false })
const silent = () => new Readable({ read() {} })

function* pieces(bytes: number, piece: number) {
  for (let left = bytes; left > 0; left -= piece) yield Buffer.alloc(Math.min(left, piece), 1)
}

/** Sources that answer with the number of bytes in the URL: `http://a.test/100`. */
const sized: { sources: Sources } = {
  sources: {
    fetchUrl: async (url) => ({ body: bodyOf(Number(url.split('/').pop()))() }),
    openObject: async () => undefined,
  },
}

export function describeLimits(open: OpenStack): void {
  const limits = { maxFileBytes: 100, uploadExpirySeconds: 3600, trashRetentionDays: 30 }

  test('storeMedia rejects a file that is one byte over the limit', async () => {
    for (const returnFormat of formats) {
      await using world = await openMediaWorld(open, { ...sized, limits })
      await world.media.storeMedia({ file: `${url}100`, context, returnFormat })
      const before = await world.tree()
      for (const file of [`${url}101`, `data:,${'x'.repeat(101)}`]) {
        const stored = world.media.storeMedia({ file, context, returnFormat })
        await expect(stored).rejects.toMatchObject({ code: 'too-large' })
      }
      expect(await world.tree()).toEqual(before)
      expect(await world.ports.catalog.usage('ann')).toMatchObject({ reservedBytes: 0 })
    }
  })

  test('storeMedia rejects a local file that is one byte over the limit', async () => {
    await using world = await openMediaWorld(open, { limits })
    await world.put('a.bin', Buffer.alloc(101, 1))
    for (const returnFormat of formats) {
      const stored = world.media.storeMedia({ file: 'a.bin', context, returnFormat })
      await expect(stored).rejects.toMatchObject({ code: 'too-large' })
    }
  })

  test('storeMedia stops reading an endless body at the limit', async () => {
    await using world = await openMediaWorld(open, { ...answering(endless), limits })
    const stored = world.media.storeMedia({ ...local, file: url })
    await expect(stored).rejects.toMatchObject({ code: 'too-large' })
    expect(await world.tree()).toEqual({})
  })

  describe('the files of one execution', () => {
    const options = { maxExecutionBytes: 1000 }

    test('can use exactly maxExecutionBytes under concurrency', async () => {
      await using world = await openMediaWorld(open, sized, options)
      const stores = Array.from({ length: 25 }, () =>
        world.media.storeMedia({ ...local, file: `${url}90` }),
      )
      const outcomes = await Promise.allSettled(stores)
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
      expect(new Set(refused.map(({ reason }) => (reason as { code: string }).code))).toEqual(
        new Set(['too-large']),
      )
      const held = async () =>
        Object.values(await world.tree()).reduce((sum, size) => sum + size, 0)
      const stored = outcomes.length - refused.length
      expect(await held()).toBe(90 * stored)
      expect(stored).toBeLessThanOrEqual(11)
      // Rejected files have released their bytes, so the rest is available up to the last byte.
      await world.media.storeMedia({ ...local, file: `${url}${1000 - 90 * stored}` })
      expect(await held()).toBe(1000)
      await expect(world.media.storeMedia({ ...local, file: `${url}1` })).rejects.toMatchObject({
        code: 'too-large',
      })
    })

    test('regain the bytes of a failed file while other operations run', async () => {
      const sources: Sources = {
        ...sized.sources,
        fetchUrl: async (url, options) =>
          url.endsWith('silent') ? { body: silent() } : sized.sources.fetchUrl(url, options),
      }
      await using world = await openMediaWorld(open, { sources }, options)
      const waiting = world.media.storeMedia({ ...local, file: `${url}silent` })
      const refused = world.media.storeMedia({ ...local, file: `${url}1001` })
      await expect(refused).rejects.toMatchObject({ code: 'too-large' })
      await world.media.storeMedia({ ...local, file: `${url}1000` })
      const [outcome] = await Promise.allSettled([waiting, world.media.cleanExecution('run-1')])
      expect(outcome.status).toBe('rejected')
    })

    test('count together with files that programs wrote to the directory', async () => {
      await using world = await openMediaWorld(open, sized, options)
      await world.put('by/program.bin', Buffer.alloc(901))
      await expect(world.media.storeMedia({ ...local, file: `${url}100` })).rejects.toMatchObject({
        code: 'too-large',
      })
      await world.media.storeMedia({ ...local, file: `${url}99` })
    })

    test('do not count towards the limit of another execution', async () => {
      await using world = await openMediaWorld(open, sized, options)
      await world.media.storeMedia({ ...local, file: `${url}1000` })
      const other = { ...context, executionId: 'run-2' }
      await world.media.storeMedia({ ...local, context: other, file: `${url}1000` })
      await world.media.cleanExecution('run-1')
      expect(Object.keys(await world.tree())).toEqual(['exec_file/run-2/file.bin'])
      await world.media.storeMedia({ ...local, file: `${url}1000` })
    })
  })

  test('concurrent local outputs of one name get different names', async () => {
    await using world = await openMediaWorld(open)
    const names = await Promise.all(
      Array.from({ length: 30 }, () => world.media.storeMedia({ ...local, file: pngUri })),
    )
    expect(new Set(names).size).toBe(30)
    expect(names.filter((name) => /^file( \(\d{1,2}\))?\.png$/.test(name)).length).toBe(20)
    expect(Object.keys(await world.tree())).toHaveLength(30)
  })

  test('concurrent workspace outputs of one name get different paths', async () => {
    await using world = await openMediaWorld(open)
    const stores = Array.from({ length: 4 }, () =>
      world.media.storeMedia({ file: pngUri, context, returnFormat: 'for_block_output' }),
    )
    expect(new Set(await Promise.all(stores)).size).toBe(4)
    const { files } = await world.ports.catalog.list({
      workspaceId: 'ann',
      deleted: false,
      sort: 'path',
      descending: false,
      limit: 10,
    })
    expect(files.map(({ path }) => path)).toEqual([
      '/file (2).png',
      '/file (3).png',
      '/file (4).png',
      '/file.png',
    ])
  })

  test('storeMedia publishes no file before its scan ends', async () => {
    const seen: string[][] = []
    await using world = await openMediaWorld(open)
    const scanner = {
      ...world.ports.scanner,
      version: () => world.ports.scanner.version(),
      scan: async (body: Readable) => {
        seen.push(Object.keys(await world.tree()))
        return world.ports.scanner.scan(body)
      },
    }
    await using watched = await openMediaWorld(open, { scanner }, world)
    await watched.media.storeMedia({ ...local, file: pngUri })
    expect(seen).toHaveLength(1)
    expect(seen[0]).toEqual([expect.stringMatching(/^exec_file\/\.incoming\//)])
    expect(Object.keys(await world.tree())).toEqual(['exec_file/run-1/file.png'])
  })

  test('cleanExecution aborts running operations and removes their files', async () => {
    const begun = Promise.withResolvers<void>()
    const waiting = () =>
      new Readable({
        read() {
          this.push(png.subarray(0, 10))
          begun.resolve()
          this.read = () => undefined
        },
      })
    await using world = await openMediaWorld(open, answering(waiting))
    const stored = world.media.storeMedia({ ...local, file: url })
    const [outcome] = await Promise.all([
      stored.catch((error: unknown) => error),
      begun.promise.then(() => world.media.cleanExecution('run-1')),
    ])
    expect(outcome).toMatchObject({ code: 'gone' })
    expect(await world.tree()).toEqual({})
    await world.media.cleanExecution('run-1')
  })

  test('storeMedia rejects with the reason of an aborted signal', async () => {
    await using world = await openMediaWorld(open, answering(silent))
    for (const returnFormat of ['for_local_processing', 'for_block_output'] as const) {
      const leaving = new AbortController()
      const request = { file: url, context, returnFormat, signal: leaving.signal }
      const stored = world.media.storeMedia(request)
      leaving.abort(new Error('left'))
      await expect(stored).rejects.toThrow('left')
    }
    expect(await world.tree()).toEqual({})
  })

  test('storeMedia removes hidden files of a crash once they are a day old', async () => {
    await using world = await openMediaWorld(open)
    const hidden = join(world.temporaryDirectory, 'exec_file', '.incoming')
    await mkdir(hidden, { recursive: true, mode: 0o700 })
    await writeFile(join(hidden, 'old'), 'x')
    await utimes(join(hidden, 'old'), new Date(0), new Date(0))
    await writeFile(join(hidden, 'young'), 'x')
    await world.media.storeMedia({ ...local, file: pngUri })
    expect(Object.keys(await world.tree()).sort()).toEqual([
      'exec_file/.incoming/young',
      'exec_file/run-1/file.png',
    ])
  })
}
