import { rescan } from '../../shared/workspace/scan/rescan.ts'
import { sweep } from '../../shared/workspace/sweep/sweep.ts'
import { scheduledPorts, type Faults } from './scheduled-ports.ts'
import { assertEqual } from './checker.ts'
import { assertIdleInvariants, blobsOf, catalogOf } from './idle-invariants.ts'
import { limits, type Stage } from './stage.ts'
import { newActor, Scheduler } from './scheduler.ts'
import type { View } from './view.ts'

const hourMs = 3_600_000
const users = ['ann', 'bob'] as const

/**
 * I6: checks that two concurrent sweeps without faults complete all work. All stored bytes have a verdict, no reservation
 * remains, every blob has a record, and every ready record has a blob.
 */
export async function assertRecovers(stage: Stage, order: readonly number[]): Promise<void> {
  stage.world.events.length = 0
  const arrived = new Set(await blobsOf(stage))
  const pending = filesOf(stage).filter(({ state }) => state === 'pending')
  stage.advance(25 * hourMs)
  await sweepTwice(stage, order)
  await assertIdleInvariants(stage)

  const left = filesOf(stage).filter(({ state }) => state === 'pending')
  assertEqual(
    'I6: pending files after the sweeps',
    left.map(({ id }) => id),
    [],
  )
  for (const { id } of pending) {
    const refusals = await Promise.all(users.map((user) => catalogOf(stage).refusal(user, id)))
    if (arrived.has(id) && refusals.some((refusal) => refusal?.code === 'gone'))
      throw new Error(`I6: the stored bytes of ${id} are lost`)
  }
  await assertBlobs(stage)

  stage.updateSignatures()
  stage.updateSignatures()
  await runScheduled(stage, order, [
    async (ports) => void (await rescan(ports, { maxFiles: Infinity, maxBytes: Infinity })),
  ])
  await assertIdleInvariants(stage)
  for (const { id, state } of filesOf(stage)) {
    const content = stage.contents.get(id)
    if (state === 'ready' && content && stage.verdictOf(content) === 'infected') {
      throw new Error(`${id} is infected under the current signatures, but is still ready`)
    }
  }
  stage.advance(31 * 24 * hourMs)
  await sweepTwice(stage, order)
  await assertIdleInvariants(stage)
  await assertBlobs(stage)
  const trash = filesOf(stage).filter(({ deletedAt, condemnedAt }) => deletedAt ?? condemnedAt)
  assertEqual(
    'files in the trash after the retention',
    trash.map(({ id }) => id),
    [],
  )
}

async function assertBlobs(stage: Stage): Promise<void> {
  const ready = filesOf(stage).filter(({ state }) => state === 'ready')
  const expected = ready.map(({ id }) => id).sort()
  assertEqual('I6: blobs', await blobsOf(stage), expected)
}

/** Runs a dry run, in which any change is a violation, and then two concurrent sweeps. */
async function sweepTwice(stage: Stage, order: readonly number[]): Promise<void> {
  const sweepAll = async (ports: ReturnType<typeof scheduledPorts>) => {
    const options = { pendingAgeSeconds: 0, abandonedBefore: stage.now() }
    const { failures, missing } = await sweep(ports, options)
    assertEqual('sweep report', { failures, missing }, { failures: [], missing: 0 })
  }
  const dryRun = async (ports: ReturnType<typeof scheduledPorts>) => {
    await sweep(ports, { pendingAgeSeconds: 0, abandonedBefore: stage.now(), dryRun: true })
  }
  await runScheduled(stage, order, [dryRun], { dryRun: true })
  const mustKeep = (file: View) => stage.isRetained(file)
  await runScheduled(stage, order, [sweepAll, sweepAll], { mustKeep })
}

async function runScheduled(
  stage: Stage,
  order: readonly number[],
  operations: ((ports: ReturnType<typeof scheduledPorts>) => Promise<void>)[],
  faults: Faults = {},
): Promise<void> {
  const scheduler = new Scheduler()
  const { checker, world, scanner, now } = stage
  const work = operations.map((operation, index) => {
    const actor = newActor(`recovery ${index}`)
    const catalog = world.catalogs[index % world.catalogs.length] ?? catalogOf(stage)
    const { blobs, quarantine } = world
    const { folders, trail } = catalog
    const real = { catalog, folders, trail, blobs, quarantine, scanner, now, limits }
    const ports = scheduledPorts({ actor, scheduler, checker }, real, faults)
    return { actor, operation: () => operation(ports) }
  })
  await scheduler.run(work, { order, onStep: () => stage.step() })
}

function filesOf({ checker }: Stage) {
  return users.flatMap((user) => checker.workspace(user).files)
}
