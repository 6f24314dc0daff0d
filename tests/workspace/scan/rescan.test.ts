import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EicarScanner } from '../../../shared/adapters/scanners/eicar-scanner.ts'
import { NoScanner } from '../../../shared/adapters/scanners/no-scanner.ts'
import { remove } from '../../../shared/workspace/delete.ts'
import { parsePath } from '../../../shared/model/path.ts'
import { readContent, readFile } from '../../../shared/workspace/read.ts'
import { sweep } from '../../../shared/workspace/sweep/sweep.ts'
import { restore, update } from '../../../shared/workspace/update.ts'
import { odd, virus } from '../../support/clamd/signature-scanner.ts'
import { caller } from '../local-workspace.ts'
import { openRescanWorld, type RescanWorld } from './rescan-world.ts'

const nothing = {
  scanned: 0,
  scannedBytes: 0,
  infectedAfterwards: [],
  inconclusive: 0,
  failures: [],
}
const empty = { liveBytes: 0, liveCount: 0, reservedBytes: 0, trashBytes: 0 }
const dayMs = 24 * 3_600_000
const path = parsePath('/a.txt')

describe('rescan', () => {
  let world: RescanWorld

  beforeEach(async () => {
    world = await openRescanWorld()
  })
  afterEach(() => world[Symbol.asyncDispose]())

  const usage = () => world.ports.catalog.usage('ann')

  it('scans nothing while the signatures are unchanged', async () => {
    await world.ready('/a.txt', 'hello')
    expect(await world.run()).toEqual(nothing)
    expect(world.scanner.scanned).toEqual([])
  })

  it('changes only the scan of a clean file', async () => {
    const file = await world.ready('/a.txt', 'hello')
    world.scanner.learn()
    world.workspace.pass(5000)
    expect(await world.run()).toEqual({ ...nothing, scanned: 1, scannedBytes: 5 })
    const after = await world.get(file)
    expect(after).toEqual({ ...file, scan: after?.scan })
    expect(after?.scan).toMatchObject({ verdict: 'clean', signatureVersion: '2' })
    expect(after?.scan?.scannedAt).not.toBe(file.scan.scannedAt)
    expect(await world.run()).toEqual(nothing)
  })

  it('stops serving an infected file immediately and records the verdict', async () => {
    const file = await world.ready('/a.txt', 'evil')
    world.scanner.learn({ evil: virus })
    const infectedAfterwards = [{ workspaceId: 'ann', id: file.id, threat: 'Test.Virus' }]
    expect(await world.run()).toEqual({
      ...nothing,
      scanned: 1,
      scannedBytes: 4,
      infectedAfterwards,
    })
    const name = { id: file.id }
    await expect(readContent(world.ports, caller, name)).rejects.toMatchObject({ code: 'infected' })
    await expect(readContent(world.ports, caller, { path })).rejects.toMatchObject({
      code: 'infected',
      file: expect.objectContaining(name),
    })
    expect(await readFile(world.ports, caller, name)).toMatchObject({
      state: 'infected',
      scan: { verdict: 'infected', threat: 'Test.Virus', signatureVersion: '2' },
      condemnedAt: expect.any(String),
    })
    expect(await usage()).toMatchObject(empty)
    expect(await world.ports.blobs.stat(file.storagePath)).toBeUndefined()
  })

  it('frees the path of an infected file without restoring the replaced version', async () => {
    const previous = await world.ready('/a.txt', 'fine')
    await world.ready('/a.txt', 'evil', { onConflict: 'replace' })
    world.scanner.learn({ evil: virus })
    await world.run()
    await expect(readContent(world.ports, caller, { path })).rejects.toMatchObject({
      code: 'infected',
    })
    const restored = await restore(world.ports, caller, previous.id)
    expect(restored).toMatchObject({ state: 'ready', path: '/a.txt', isDeleted: false })
    expect((await readContent(world.ports, caller, { path })).file.id).toBe(previous.id)
  })

  it('keeps the record of an infected file until a sweep purges it after the retention', async () => {
    const file = await world.ready('/a.txt', 'evil')
    world.scanner.learn({ evil: virus })
    await world.run()
    const run = () => sweep(world.ports, { pendingAgeSeconds: 60, abandonedBefore: new Date(0) })
    world.workspace.pass(29.9 * dayMs)
    expect(await run()).toMatchObject({ purged: 0, failureCount: 0 })
    expect(await world.get(file)).toMatchObject({ state: 'infected' })
    world.workspace.pass(0.2 * dayMs)
    expect(await run()).toMatchObject({ purged: 1, failureCount: 0 })
    expect(await world.get(file)).toBeUndefined()
    expect(await usage()).toMatchObject(empty)
  })

  it('scans the newest files first, stops at its limits, and continues in the next run', async () => {
    for (const text of ['one', 'two', 'three', 'four']) await world.ready(`/${text}`, text)
    world.scanner.learn()
    const first = await world.run({ maxFiles: 1 })
    expect(world.scanner.scanned).toEqual(['four'])
    const second = await world.run({ maxBytes: 6, ...(first.next && { from: first.next }) })
    expect(world.scanner.scanned).toEqual(['four', 'three', 'two'])
    expect(second.next).toBeDefined()
    const rest = await world.run({ ...(second.next && { from: second.next }) })
    expect(rest).toEqual({ ...nothing, scanned: 1, scannedBytes: 3 })
  })

  it('continues without a cursor and scans no file twice', async () => {
    for (const text of ['one', 'two', 'three']) await world.ready(`/${text}`, text)
    world.scanner.learn()
    for (let i = 0; i < 3; i += 1) await world.run({ maxFiles: 1 })
    expect(world.scanner.scanned).toEqual(['three', 'two', 'one'])
    expect(await world.run()).toEqual(nothing)
  })

  it('records the signatures from the start of a scan, so that a concurrent update causes another scan', async () => {
    const file = await world.ready('/a.txt', 'hello')
    world.scanner.learn()
    world.scanner.beforeVerdict = () => {
      world.scanner.beforeVerdict = () => undefined
      world.scanner.learn()
    }
    await world.run()
    expect((await world.get(file))?.scan).toMatchObject({ signatureVersion: '2' })
    expect(await world.run()).toMatchObject({ scanned: 1 })
    expect((await world.get(file))?.scan).toMatchObject({ signatureVersion: '3' })
    expect(await world.run()).toEqual(nothing)
  })

  it('starts no scan after its deadline', async () => {
    await world.ready('/a.txt', 'hello')
    world.scanner.learn()
    expect(await world.run({ deadline: world.ports.now() })).toEqual(nothing)
  })

  it('starts from the newest file again if the signatures have changed since the cursor', async () => {
    for (const text of ['one', 'two']) await world.ready(`/${text}`, text)
    world.scanner.learn()
    const { next } = await world.run({ maxFiles: 1 })
    world.scanner.learn({ two: virus })
    const report = await world.run({ ...(next && { from: next }) })
    expect(report).toMatchObject({ scanned: 2, infectedAfterwards: [{ threat: 'Test.Virus' }] })
  })

  it('scans files in the trash, because they can be read by id and restored', async () => {
    const superseded = await world.ready('/a.txt', 'evil 1')
    await world.ready('/a.txt', 'fine', { onConflict: 'replace' })
    const deleted = await world.ready('/b.txt', 'evil 2')
    await remove(world.ports, caller, { id: deleted.id })
    world.scanner.learn({ evil: virus })
    expect((await world.run()).infectedAfterwards).toHaveLength(2)
    const read = readContent(world.ports, caller, { id: superseded.id })
    await expect(read).rejects.toMatchObject({ code: 'infected' })
    expect(await usage()).toMatchObject({ ...empty, liveBytes: 4, liveCount: 1 })
    await restore(world.ports, caller, deleted.id)
    const restored = readContent(world.ports, caller, { id: deleted.id })
    await expect(restored).rejects.toMatchObject({ code: 'infected' })
  })

  it('keeps serving a file that the rescan cannot scan, and records the reason', async () => {
    const file = await world.ready('/a.txt', 'locked')
    world.scanner.learn({ locked: odd })
    expect(await world.run()).toEqual({ ...nothing, scanned: 1, scannedBytes: 6, inconclusive: 1 })
    expect(await world.get(file)).toMatchObject({
      state: 'ready',
      scan: { verdict: 'clean', signatureVersion: '1', inconclusive: { reason: 'encrypted' } },
    })
    expect(await world.run()).toEqual(nothing)
  })

  it('stops without changes if the scanner is down', async () => {
    const files = [await world.ready('/a.txt', 'hello'), await world.ready('/b.txt', 'there')]
    world.scanner.learn()
    world.scanner.beforeVerdict = () => {
      throw new Error('clamd is down')
    }
    const report = await world.run()
    expect(report).toMatchObject({
      scanned: 0,
      failures: [expect.stringContaining('clamd is down')],
    })
    for (const file of files) expect(await world.get(file)).toEqual(file)
  })

  it('continues with other files if the scanner fails for one', async () => {
    await world.ready('/a.txt', 'hello')
    const file = await world.ready('/b.txt', 'poison')
    world.scanner.learn()
    world.scanner.beforeVerdict = (body) => {
      if (body === 'poison') throw new Error('the scanner fell over')
    }
    const report = await world.run()
    expect(report).toMatchObject({ scanned: 1, failures: [expect.stringContaining(file.id)] })
    expect(await world.get(file)).toEqual(file)
  })

  it.each([
    ['disabled', new NoScanner()],
    ['done by the development scanner', new EicarScanner()],
  ])('scans nothing if scanning is %s', async (_, scanner) => {
    const file = await world.ready('/a.txt', 'hello')
    world.ports.scanner = scanner
    expect(await world.run()).toEqual(nothing)
    expect(await world.get(file)).toEqual(file)
  })

  it('scans files that were stored while scanning was disabled, except empty ones', async () => {
    const { scanner } = world
    world.ports.scanner = new NoScanner()
    const file = await world.ready('/a.txt', 'evil')
    await world.ready('/empty.txt', '')
    world.ports.scanner = scanner
    scanner.learn({ evil: virus })
    expect((await world.run()).infectedAfterwards).toHaveLength(1)
    expect(scanner.scanned).toEqual(['evil'])
    expect(await world.get(file)).toMatchObject({ state: 'infected' })
  })

  it('reports each infected file once if two rescans run concurrently', async () => {
    for (let i = 0; i < 10; i += 1) await world.ready(`/${i}`, i % 2 === 0 ? 'evil' : 'fine')
    world.scanner.learn({ evil: virus })
    const [a, b] = await Promise.all([world.run(), world.run()])
    expect([...a.failures, ...b.failures]).toEqual([])
    expect(a.infectedAfterwards.length + b.infectedAfterwards.length).toBe(5)
    expect(await usage()).toMatchObject({ ...empty, liveBytes: 20, liveCount: 5 })
  })

  it.each([
    {
      name: 'deleted',
      change: (id: string) => remove(world.ports, caller, { id }),
      record: { isDeleted: true },
      counters: empty,
    },
    {
      name: 'moved',
      change: (id: string) => update(world.ports, caller, id, { path: parsePath('/b.txt') }),
      record: { path: '/b.txt' },
      counters: empty,
    },
    {
      name: 'replaced',
      change: () => world.ready('/a.txt', 'fine', { onConflict: 'replace' }),
      record: { isDeleted: true },
      counters: { ...empty, liveBytes: 4, liveCount: 1 },
    },
  ])(
    'marks a file infected that is $name during its scan',
    async ({ change, record, counters }) => {
      const file = await world.ready('/a.txt', 'evil')
      world.scanner.learn({ evil: virus })
      world.scanner.beforeVerdict = async () => {
        world.scanner.beforeVerdict = () => undefined
        await change(file.id)
      }
      expect((await world.run()).infectedAfterwards).toHaveLength(1)
      expect(await world.get(file)).toMatchObject({ state: 'infected', ...record })
      expect(await usage()).toMatchObject(counters)
    },
  )

  it('changes nothing for a file that is purged during its scan', async () => {
    const file = await world.ready('/a.txt', 'evil')
    world.scanner.learn({ evil: virus })
    world.scanner.beforeVerdict = async () => {
      await remove(world.ports, caller, { id: file.id }, { purge: true })
    }
    expect(await world.run()).toEqual({ ...nothing, scanned: 1, scannedBytes: 4 })
    expect(await world.get(file)).toBeUndefined()
    expect(await usage()).toMatchObject(empty)
  })
})
