import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DiskQuarantine } from '../../../shared/adapters/disk/quarantine.ts'
import type { Scan } from '../../../shared/model/file.ts'
import { scan } from '../../../shared/workspace/scan/scan.ts'
import { sweep, type SweepOptions } from '../../../shared/workspace/sweep/sweep.ts'
import { odd, virus } from '../../support/clamd/signature-scanner.ts'
import { openRescanWorld, type RescanWorld } from './rescan-world.ts'

const dayMs = 24 * 3_600_000
const retentionDays = 10

describe('the quarantine', () => {
  let world: RescanWorld
  let directory: string

  beforeEach(async () => {
    world = await openRescanWorld()
    directory = await mkdtemp(join(tmpdir(), 'coffer-quarantine-'))
    await quarantineInto(true)
    world.scanner.learn({ evil: virus, locked: odd })
  })
  afterEach(async () => {
    await world[Symbol.asyncDispose]()
    await rm(directory, { recursive: true, force: true })
  })

  async function quarantineInto(includesUploads: boolean) {
    const { blobs, now } = world.ports
    world.ports.quarantine = await DiskQuarantine.open({
      directory,
      blobs,
      includesUploads,
      retentionDays,
      now,
    })
  }
  const kept = async () =>
    Promise.all(
      (await readdir(join(directory, 'kept'))).map(async (name) => {
        const read = (file: string) => readFile(join(directory, 'kept', name, file), 'utf8')
        return { bytes: await read('bytes.quarantined'), note: JSON.parse(await read('note.json')) }
      }),
    )
  /** Uploads a file. `deliver` scans it like its finalize event. */
  async function arrive(path: string, text: string) {
    const file = await world.workspace.upload(path, text)
    const blob = await world.ports.blobs.stat(file.storagePath)
    if (!blob) throw new Error('Expected stored bytes')
    return { file, blob, deliver: () => scan(world.ports, blob) }
  }
  const run = (options: Partial<SweepOptions> = {}) =>
    sweep(world.ports, { pendingAgeSeconds: 0, abandonedBefore: new Date(0), ...options })

  it('stores infected uploads with a note of the verdict', async () => {
    const { file, deliver } = await arrive('/a.txt', 'evil')
    await deliver()
    expect(await kept()).toEqual([
      {
        bytes: 'evil',
        note: {
          workspaceId: 'ann',
          fileId: file.id,
          threat: 'Test.Virus',
          checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
          sizeBytes: 4,
          engine: 'words',
          signatureVersion: '2',
          scannedAt: expect.any(String),
          storagePath: file.storagePath,
          quarantinedAt: expect.any(String),
        },
      },
    ])
    expect(await world.ports.blobs.stat(file.storagePath)).toBeUndefined()
    expect(await world.ports.catalog.usage('ann')).toMatchObject({ reservedBytes: 0, liveBytes: 0 })
  })

  it('stores only bytes found infected later when it does not take uploads', async () => {
    await quarantineInto(false)
    const { file, deliver } = await arrive('/a.txt', 'evil')
    await deliver()
    expect(await kept()).toEqual([])
    expect(await world.ports.blobs.stat(file.storagePath)).toBeUndefined()
    await world.ready('/b.txt', 'worse')
    world.scanner.learn({ worse: virus })
    await world.run()
    expect(await kept()).toMatchObject([{ bytes: 'worse' }])
  })

  it('stores neither unscannable nor clean bytes', async () => {
    const { file, deliver } = await arrive('/a.txt', 'locked')
    expect((await deliver())?.file).toMatchObject({ state: 'unscannable' })
    await world.ready('/b.txt', 'fine')
    expect(await kept()).toEqual([])
    expect(await world.ports.blobs.stat(file.storagePath)).toBeUndefined()
  })

  it('stores the bytes once when the event is repeated', async () => {
    const { deliver } = await arrive('/a.txt', 'evil')
    await Promise.all([deliver(), deliver()])
    await deliver()
    expect(await kept()).toHaveLength(1)
  })

  it('stores the bytes at the next delivery when it fails or the process crashes', async () => {
    const { file, deliver } = await arrive('/a.txt', 'evil')
    const { quarantine } = world.ports
    world.ports.quarantine = {
      includesUploads: true,
      keep: () => Promise.reject(new Error('the disk is full')),
      removeExpired: () => Promise.resolve(0),
    }
    await expect(deliver()).rejects.toThrow('the disk is full')
    expect(await world.ports.blobs.stat(file.storagePath)).toBeDefined()
    if (quarantine) world.ports.quarantine = quarantine
    await deliver()
    expect(await kept()).toMatchObject([{ bytes: 'evil' }])
    expect(await world.ports.blobs.stat(file.storagePath)).toBeUndefined()
  })

  it('stores the bytes in a sweep when no event is repeated', async () => {
    const file = await world.ready('/a.txt', 'worse')
    const { generation } = file
    const infected: Scan = { ...file.scan, ...virus }
    await world.ports.catalog.applyRescan('ann', file.id, { generation, scan: infected })
    world.workspace.pass(2 * dayMs)
    expect(await run()).toMatchObject({ orphans: 1, failureCount: 0 })
    expect(await kept()).toMatchObject([{ bytes: 'worse', note: { fileId: file.id } }])
    expect(await world.ports.blobs.stat(file.storagePath)).toBeUndefined()
  })

  it('is emptied by sweeps after its retention, independent of the records', async () => {
    const { file, deliver } = await arrive('/a.txt', 'evil')
    await deliver()
    await world.ports.catalog.purge('ann', file.id)
    world.workspace.pass((retentionDays - 0.1) * dayMs)
    await run()
    expect(await kept()).toHaveLength(1)
    world.workspace.pass(0.2 * dayMs)
    await run({ dryRun: true })
    expect(await kept()).toHaveLength(1)
    const report = await run()
    expect(report.phases.quarantine).toEqual({ outcome: 'ended', examined: 1 })
    expect(await kept()).toEqual([])
  })
})
