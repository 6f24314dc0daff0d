import { WorkspaceError } from '../../shared/model/errors.ts'
import { sessionOf } from '../../shared/model/path.ts'
import { scheduledPorts, type Faults } from './scheduled-ports.ts'
import { assertEqual } from './checker.ts'
import { setQuota } from './reference.ts'
import { BodyAborted, perform } from './operations.ts'
import {
  assertIdleInvariants,
  assertQuarantinedOrDeleted,
  blobsOf,
  catalogOf,
  youngOrphansOf,
} from './idle-invariants.ts'
import { assertRecovers } from './recovery.ts'
import type { Command, EnvironmentChange, Wave } from './script.ts'
import type { Step } from './steps.ts'
import { limits, Stage } from './stage.ts'
import { Crashed, newActor, Scheduler } from './scheduler.ts'
import type { OpenWorld } from './world.ts'

/** Totals over all runs. */
export interface Tally {
  runs: number
  operations: number
  /** Port calls that were scheduled. */
  calls: number
  crashes: number
  /** Count of each outcome, by kind of operation: `done`, an error code, a crash or an aborted body. */
  outcomes: Record<string, number>
}

export const newTally = (): Tally => ({
  runs: 0,
  operations: 0,
  calls: 0,
  crashes: 0,
  outcomes: {},
})

/** Runs a script on new stores. Throws at the first violation. */
export async function runScript(
  openWorld: OpenWorld,
  script: readonly Wave[],
  tally: Tally,
): Promise<void> {
  const stage = await Stage.open(openWorld)
  await using _ = stage.world
  for (const { environment, commands, order } of script) {
    await applyChange(stage, environment, tally)
    const orphans = await youngOrphansOf(stage)
    await runWave(stage, { commands, order }, tally)
    const blobs = await blobsOf(stage)
    const removed = orphans.filter((id) => !blobs.includes(id))
    assertEqual('I6: removed blobs without a record that are younger than a day', removed, [])
    assertQuarantinedOrDeleted(stage, { blobs, mayLeaveBlobs: commands.some(({ crash }) => crash) })
    await assertIdleInvariants(stage)
  }
  await assertRecovers(stage, script.at(-1)?.order ?? [0])
  tally.runs += 1
}

async function applyChange(
  stage: Stage,
  environment: EnvironmentChange,
  tally: Tally,
): Promise<void> {
  const { world, checker } = stage
  if (environment === 'nothing') return
  if (environment === 'new signatures') return stage.updateSignatures()
  if (environment === 'deliver all') {
    const deliver = { do: 'deliver', pick: 0, redeliver: false } as const
    const commands = world.events.map(
      () => ({ user: 'ann', isForeign: false, step: deliver }) as const,
    )
    return runWave(stage, { commands, order: [0] }, tally)
  }
  if ('advanceMs' in environment) return stage.advance(environment.advanceMs)
  if ('dropEvent' in environment) {
    world.events.splice(environment.dropEvent, 1)
    return
  }
  const { quotaBytes } = environment
  const mutation = { method: 'setQuota', workspaceId: 'ann', rule: setQuota(quotaBytes) }
  await checker.observe(mutation, catalogOf(stage).setQuota('ann', quotaBytes))
  await stage.step()
}

async function runWave(
  stage: Stage,
  { commands, order }: { commands: readonly Command[]; order: readonly number[] },
  tally: Tally,
): Promise<void> {
  const scheduler = new Scheduler()
  const work = commands.map((command, index) => {
    const actor = newActor(`${index} ${command.user} ${command.step.do}`, command.crash)
    const { checker, world, scanner, now } = stage
    const catalog = world.catalogs[index % world.catalogs.length] ?? catalogOf(stage)
    const { blobs, quarantine } = world
    const { folders, trail } = catalog
    const real = { catalog, folders, trail, blobs, quarantine, scanner, now, limits }
    const ports = scheduledPorts({ actor, scheduler, checker }, real, faultsOf(stage, command.step))
    const send = (work: () => Promise<void>) => scheduler.call(actor, 'send', work)
    const operation = async () => {
      const outcome = await perform({ stage, command, ports, send }).then(
        () => 'done',
        outcomeOf(command),
      )
      count(tally, `${command.step.do}: ${outcome}`)
      if (actor.isDead) tally.crashes += 1
    }
    return { actor, operation }
  })
  try {
    await scheduler.run(work, { order, onStep: () => stage.step() })
  } catch (error) {
    throw new Error(`${String(error)}\nafter the calls:\n${scheduler.log.join('\n')}`, {
      cause: error,
    })
  }
  tally.operations += commands.length
  tally.calls += scheduler.log.length
}

function faultsOf(stage: Stage, step: Step): Faults {
  if (step.do === 'deliver' || step.do === 'rescan') return { scanner: step.scanner }
  if (step.do === 'removeSession') return { mustKeep: ({ path }) => sessionOf(path) !== 's' }
  if (step.do !== 'sweep') return {}
  const { scanner, listings, dryRun } = step
  return { scanner, listings, dryRun, mustKeep: (file) => stage.isRetained(file) }
}

/** Names an expected error. Rethrows any other error as a finding. */
function outcomeOf({ isForeign, step }: Command): (error: unknown) => string {
  return (error) => {
    if (error instanceof Crashed) return 'crashed'
    if (error instanceof BodyAborted) return 'body aborted'
    if (!(error instanceof WorkspaceError)) throw error
    const isAboutFile = ['restore', 'restoreVersion', 'update', 'copy', 'read'].includes(step.do)
    if (isForeign && isAboutFile && error.code !== 'not-found') {
      throw new Error(
        `I7: an operation on a foreign file failed with ${error.code}, expected not-found`,
      )
    }
    return error.code
  }
}

function count({ outcomes }: Tally, outcome: string): void {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
}
