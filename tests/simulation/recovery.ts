import { rescan } from '../../shared/workspace/scan/rescan.ts'
import { sweep } from '../../shared/workspace/sweep/sweep.ts'
import { gatedPorts, type Trouble } from './gated-ports.ts'
import { assertEqual } from './judge.ts'
import { assertQuiet, blobsOf, catalogOf } from './quiet.ts'
import { limits, type Stage } from './stage.ts'
import { newActor, Turnstile } from './turnstile.ts'
import type { View } from './view.ts'

const hourMs = 3_600_000
const users = ['ann', 'bob'] as const

/**
 * I6: once nothing crashes and nothing fails any more, two sweeps at once finish everything. Bytes that had arrived have
 * their verdict, reservations are over, no blob is without a record, and no record without its blob.
 */
export async function assertRecovers(stage: Stage, order: readonly number[]): Promise<void> {
  stage.world.events.length = 0
  const arrived = new Set(await blobsOf(stage))
  const pending = filesOf(stage).filter(({ state }) => state === 'pending')
  stage.pass(25 * hourMs)
  await sweepTwice(stage, order)
  await assertQuiet(stage)

  const left = filesOf(stage).filter(({ state }) => state === 'pending')
  assertEqual(
    'I6: still pending are',
    left.map(({ id }) => id),
    [],
  )
  for (const { id } of pending) {
    const refusals = await Promise.all(users.map((user) => catalogOf(stage).refusal(user, id)))
    if (arrived.has(id) && refusals.includes('gone'))
      throw new Error(`I6: the bytes of ${id} had arrived, and are lost`)
  }
  await assertBlobs(stage)

  stage.learn()
  stage.learn()
  await runGated(stage, order, [
    async (ports) => void (await rescan(ports, { maxFiles: Infinity, maxBytes: Infinity })),
  ])
  await assertQuiet(stage)
  for (const { id, state } of filesOf(stage)) {
    const content = stage.contents.get(id)
    if (state === 'ready' && content && stage.verdictOf(content) === 'infected') {
      throw new Error(`${id} is infected by now, and is served`)
    }
  }
  stage.pass(31 * 24 * hourMs)
  await sweepTwice(stage, order)
  await assertQuiet(stage)
  await assertBlobs(stage)
  const trash = filesOf(stage).filter(({ deletedAt, condemnedAt }) => deletedAt ?? condemnedAt)
  assertEqual(
    'In the trash after the retention are',
    trash.map(({ id }) => id),
    [],
  )
}

async function assertBlobs(stage: Stage): Promise<void> {
  const ready = filesOf(stage).filter(({ state }) => state === 'ready')
  const expected = ready.map(({ id }) => id).sort()
  assertEqual('I6: the blobs are those of', await blobsOf(stage), expected)
}

/** A dry run first, which the judge lets change nothing. */
async function sweepTwice(stage: Stage, order: readonly number[]): Promise<void> {
  const sweepAll = async (ports: ReturnType<typeof gatedPorts>) => {
    const options = { pendingAgeSeconds: 0, abandonedBefore: stage.now() }
    const { failures, missing } = await sweep(ports, options)
    assertEqual('The sweep failed:', { failures, missing }, { failures: [], missing: 0 })
  }
  const look = async (ports: ReturnType<typeof gatedPorts>) => {
    await sweep(ports, { pendingAgeSeconds: 0, abandonedBefore: stage.now(), dryRun: true })
  }
  await runGated(stage, order, [look], { dryRun: true })
  const spares = (file: View) => stage.isRetained(file)
  await runGated(stage, order, [sweepAll, sweepAll], { spares })
}

async function runGated(
  stage: Stage,
  order: readonly number[],
  operations: ((ports: ReturnType<typeof gatedPorts>) => Promise<void>)[],
  trouble: Trouble = {},
): Promise<void> {
  const turnstile = new Turnstile()
  const { judge, world, scanner, now } = stage
  const work = operations.map((operation, index) => {
    const actor = newActor(`recovery ${index}`)
    const catalog = world.catalogs[index % world.catalogs.length] ?? catalogOf(stage)
    const { blobs, quarantine } = world
    const real = { catalog, blobs, quarantine, scanner, now, limits }
    const ports = gatedPorts({ actor, turnstile, judge }, real, trouble)
    return { actor, operation: () => operation(ports) }
  })
  await turnstile.run(work, { order, onStep: () => stage.step() })
}

function filesOf({ judge }: Stage) {
  return users.flatMap((user) => judge.workspace(user).files)
}
