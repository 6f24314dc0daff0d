import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { FileRecord, PendingFile } from '../../shared/model/file.ts'
import { importFile } from '../../shared/workspace/import.ts'
import { parseSessionId } from '../../shared/model/path.ts'
import { scan } from '../../shared/workspace/scan/scan.ts'
import { caller, targetOf } from './local-workspace.ts'
import { openMediaWorld, type MediaWorld, type OpenStack } from './store-media/media-world.ts'

const { signal } = new AbortController()
const source = 'https://files.example.com/a.txt'

/** Opens a world whose URL answers with a body that the test controls. */
async function begin(open: OpenStack, sizeBytes?: number) {
  const body = new PassThrough()
  const answer = { body, declaredType: 'text/plain', ...(sizeBytes !== undefined && { sizeBytes }) }
  const sources = { fetchUrl: async () => answer, openObject: async () => undefined }
  return { body, world: await openMediaWorld(open, { sources }) }
}

function start({ ports }: MediaWorld) {
  const reserved = Promise.withResolvers<PendingFile>()
  const file = importFile(ports, caller, {
    source,
    target: () => targetOf('/a.txt'),
    onReserved: reserved.resolve,
    signal,
  })
  return { file, reserved: reserved.promise }
}

async function settled({ ports }: MediaWorld, file: FileRecord) {
  const blob = await ports.blobs.stat(file.storagePath)
  if (blob) await scan(ports, blob)
  return ports.catalog.get(file.workspaceId, file.id)
}

/** Tests imports without HTTP on the given stores. */
export function describeImport(name: string, open: OpenStack): void {
  describe(`importFile with ${name}`, () => {
    test.each([undefined, 10])(
      'reserves path and quota before the first byte (size: %s)',
      async (sizeBytes) => {
        const { body, world } = await begin(open, sizeBytes)
        await using _ = world
        const { file, reserved } = start(world)
        const pending = await reserved
        const reservedBytes = sizeBytes ?? world.ports.limits.maxFileBytes
        expect(pending.reservation).toMatchObject({ maxBytes: reservedBytes })
        expect(await world.ports.catalog.usage('ann')).toMatchObject({ reservedBytes })
        body.end('1234567890')
        expect(await settled(world, await file)).toMatchObject({ state: 'ready', sizeBytes: 10 })
        expect(await world.ports.catalog.usage('ann')).toMatchObject({
          liveBytes: 10,
          reservedBytes: 0,
        })
      },
    )

    test('keeps no record and no bytes if the body fails', async () => {
      const { body, world } = await begin(open)
      await using _ = world
      const { file, reserved } = start(world)
      const { id } = await reserved
      body.write('12345')
      body.destroy(new Error('connection lost'))
      await expect(file).rejects.toThrow('connection lost')
      expect(await world.ports.catalog.get('ann', id)).toBeUndefined()
      expect(await world.ports.blobs.list({ limit: 10 })).toEqual({ blobs: [] })
    })

    test('rejects with the reason of an aborted signal and releases the reservation', async () => {
      const { body, world } = await begin(open)
      await using _ = world
      const controller = new AbortController()
      const reserved = Promise.withResolvers<PendingFile>()
      const file = importFile(world.ports, caller, {
        source,
        target: () => targetOf('/a.txt'),
        onReserved: reserved.resolve,
        signal: controller.signal,
      })
      await reserved.promise
      controller.abort(new Error('cancelled'))
      await expect(file).rejects.toThrow('cancelled')
      expect(body.destroyed).toBe(true)
      expect(await world.ports.catalog.usage('ann')).toMatchObject({ reservedBytes: 0 })
    })

    test('reserves only the growth for an overwrite of unknown size', async () => {
      const { body, world } = await begin(open)
      await using _ = world
      const { ports } = world
      await world.store('/a.txt', 'x'.repeat(50))
      await world.store('/b.txt', 'x'.repeat(40))
      await ports.catalog.setQuota('ann', 100)
      const importing = importFile(ports, caller, {
        source,
        target: () => ({ ...targetOf('/a.txt'), onConflict: 'replace' }),
        signal,
      })
      body.end('y'.repeat(50))
      const after = await settled(world, await importing)
      expect(after).toMatchObject({ state: 'ready', sizeBytes: 50 })
      const usage = { liveBytes: 90, trashBytes: 50, reservedBytes: 0 }
      expect(await ports.catalog.usage('ann')).toMatchObject(usage)
    })

    test('reports a file outside the session like an unknown file', async () => {
      await using world = await openMediaWorld(open)
      const { id, storagePath } = await world.store('/secret.txt', 'secret')
      const refusalOf = (source: string) =>
        importFile(
          world.ports,
          { ...caller, session: parseSessionId('s1') },
          { source, target: () => targetOf('/sessions/s1/a.txt'), signal },
        ).then(
          () => 'taken',
          ({ message }: Error) => message,
        )
      const unknown = await refusalOf(storagePath.replace(id, crypto.randomUUID()))
      expect(unknown).toContain('is neither an object of your own workspace')
      expect(await refusalOf(storagePath)).toBe(unknown)
    })

    test('copies a workspace file inside the store with its verdict', async () => {
      await using world = await openMediaWorld(open)
      const original = await world.store('/original.txt', 'same bytes')
      const { ports } = world
      const copy = await importFile(ports, caller, {
        source: `workspace://${original.id}`,
        target: () => targetOf('/copy.txt'),
        signal,
      })
      expect(copy).toMatchObject({ state: 'ready', path: '/copy.txt', scan: original.scan })
      const body = copy.state === 'ready' ? await ports.blobs.read(copy) : undefined
      expect(body && (await buffer(body)).toString()).toBe('same bytes')
    })
  })
}
