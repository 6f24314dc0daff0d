import { describe, expect, test } from 'vitest'
import type { StoredBlob } from '../../shared/ports/blob-store.ts'
import type { Quarantine, QuarantineNote } from '../../shared/ports/quarantine.ts'
import { bodyOf, contentType, newId, type OpenedBlobStore } from './blob-store/world.ts'

const dayMs = 24 * 3600 * 1000
export const retentionDays = 10

export interface OpenedQuarantine extends AsyncDisposable {
  quarantine: Quarantine
  blobs: OpenedBlobStore
  /** Advances the clock of the quarantine. */
  pass: (milliseconds: number) => void
  /** Reads the kept bytes and notes like an operator. */
  kept: () => Promise<{ bytes: string; note: string }[]>
}

/** The contract of `Quarantine`, for every adapter. */
export function describeQuarantine(name: string, open: () => Promise<OpenedQuarantine>): void {
  describe(`Quarantine: ${name}`, () => {
    test('keeps a copy of one generation with a note and does not change the blob', async () => {
      await using world = await open()
      const blob = await store(world, 'infected')
      const note = noteOf('Win.Test.Ünknown')
      await world.quarantine.keep(blob, note)
      const [kept, ...others] = await world.kept()
      expect(others).toEqual([])
      expect(kept?.bytes).toBe('infected')
      for (const text of [note.workspaceId, note.fileId, note.checksum, note.scannedAt]) {
        expect(kept?.note).toContain(text)
      }
      expect(decodeURIComponent(kept?.note ?? '')).toContain('Win.Test.Ünknown')
      expect(await world.blobs.store.stat(blob.storagePath)).toEqual(blob)
    })

    test('does not change a kept generation or its first note', async () => {
      await using world = await open()
      const blob = await store(world, 'infected')
      const note = noteOf('First')
      await world.quarantine.keep(blob, note)
      await world.quarantine.keep(blob, { ...note, threat: 'Second' })
      await Promise.all([1, 2].map(() => world.quarantine.keep(blob, { ...note, threat: 'Third' })))
      const kept = await world.kept()
      expect(kept).toHaveLength(1)
      expect(kept[0]?.note).toContain('First')
      expect(kept[0]?.bytes).toBe('infected')
    })

    test('concurrent calls keep one copy', async () => {
      await using world = await open()
      const blob = await store(world, 'infected')
      const note = noteOf('Both')
      await Promise.all([1, 2, 3].map(() => world.quarantine.keep(blob, note)))
      expect(await world.kept()).toHaveLength(1)
    })

    test('keeps nothing for a missing generation', async () => {
      await using world = await open()
      const blob = await store(world, 'infected')
      await world.quarantine.keep(
        { ...blob, generation: `${BigInt(blob.generation) + 1n}` },
        noteOf('X'),
      )
      await world.blobs.store.remove(blob)
      await world.quarantine.keep(blob, noteOf('X'))
      expect(await world.kept()).toEqual([])
    })

    test('kept copies are not listed and cause no event of a stored blob', async () => {
      await using world = await open()
      const blob = await store(world, 'infected')
      await world.quarantine.keep(blob, noteOf('X'))
      await world.blobs.store.remove(blob)
      expect(await world.blobs.store.list({ limit: 10 })).toEqual({ blobs: [] })
      const storagePaths = world.blobs.events.map(({ storagePath }) => storagePath)
      for (const storagePath of storagePaths.filter(
        (storagePath) => storagePath !== blob.storagePath,
      )) {
        expect(await world.blobs.store.stat(storagePath)).toBeUndefined()
      }
    })

    test('removeExpired deletes copies older than the retention and returns their number', async () => {
      await using world = await open()
      for (const text of ['one', 'two']) {
        await world.quarantine.keep(await store(world, text), noteOf('Old'))
      }
      world.pass((retentionDays - 0.1) * dayMs)
      expect(await world.quarantine.removeExpired()).toBe(0)
      expect(await world.kept()).toHaveLength(2)
      world.pass(0.2 * dayMs)
      expect(await world.quarantine.removeExpired()).toBe(2)
      expect(await world.kept()).toEqual([])
      expect(await world.quarantine.removeExpired()).toBe(0)
    })
  })
}

async function store({ blobs }: OpenedQuarantine, text: string): Promise<StoredBlob> {
  const storagePath = blobs.store.locate('user-1', newId(), 'virus.exe')
  return blobs.store.write(storagePath, bodyOf(text), { contentType, maxBytes: 100 })
}

export function noteOf(threat: string): QuarantineNote {
  return {
    workspaceId: 'user-1',
    fileId: newId(),
    threat,
    checksum: 'c'.repeat(64),
    sizeBytes: 8,
    engine: 'ClamAV 1.4.6',
    signatureVersion: null,
    scannedAt: '2026-01-01T00:00:00.000Z',
  }
}
