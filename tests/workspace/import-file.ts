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

/** A URL that answers step by step, as the test says. */
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

/** What an import does over any stack, below HTTP. */
export function describeImport(name: string, open: OpenStack): void {
  describe(`imports over ${name}`, () => {
    test.each([undefined, 10])(
      'are pending, with path and quota held, before the first byte (size: %s)',
      async (sizeBytes) => {
        const { body, world } = await begin(open, sizeBytes)
        await using _ = world
        const { file, reserved } = start(world)
        const pending = await reserved
        const heldBytes = sizeBytes ?? world.ports.limits.maxFileBytes
        expect(pending.reservation).toMatchObject({ maxBytes: heldBytes })
        expect(await world.ports.catalog.usage('ann')).toMatchObject({ reservedBytes: heldBytes })
        body.end('1234567890')
        expect(await settled(world, await file)).toMatchObject({ state: 'ready', sizeBytes: 10 })
        expect(await world.ports.catalog.usage('ann')).toMatchObject({
          liveBytes: 10,
          reservedBytes: 0,
        })
      },
    )

    test('that break off keep nothing', async () => {
      const { body, world } = await begin(open)
      await using _ = world
      const { file, reserved } = start(world)
      const { id } = await reserved
      body.write('12345')
      body.destroy(new Error('broke off'))
      await expect(file).rejects.toThrow('broke off')
      expect(await world.ports.catalog.get('ann', id)).toBeUndefined()
      expect(await world.ports.blobs.list({ limit: 10 })).toEqual({ blobs: [] })
    })

    test('that are given up end with the reason, and keep nothing', async () => {
      const { body, world } = await begin(open)
      await using _ = world
      const leaving = new AbortController()
      const reserved = Promise.withResolvers<PendingFile>()
      const file = importFile(world.ports, caller, {
        source,
        target: () => targetOf('/a.txt'),
        onReserved: reserved.resolve,
        signal: leaving.signal,
      })
      await reserved.promise
      leaving.abort(new Error('left'))
      await expect(file).rejects.toThrow('left')
      expect(body.destroyed).toBe(true)
      expect(await world.ports.catalog.usage('ann')).toMatchObject({ reservedBytes: 0 })
    })

    test('of unknown size that overwrite reserve their growth only', async () => {
      const { body, world } = await begin(open)
      await using _ = world
      const { ports } = world
      await world.store('/a.txt', 'x'.repeat(50))
      await world.store('/b.txt', 'x'.repeat(40))
      await ports.catalog.setQuota('ann', 100)
      const importing = importFile(ports, caller, {
        source,
        target: () => ({ ...targetOf('/a.txt'), overwrite: true }),
        signal,
      })
      body.end('y'.repeat(50))
      const after = await settled(world, await importing)
      expect(after).toMatchObject({ state: 'ready', sizeBytes: 50 })
      const usage = { liveBytes: 90, trashBytes: 50, reservedBytes: 0 }
      expect(await ports.catalog.usage('ann')).toMatchObject(usage)
    })

    test('cannot tell a file outside the session from one that never was', async () => {
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

    test('of an own file are copied inside the store, with its verdict', async () => {
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
