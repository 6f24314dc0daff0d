import { WorkspaceError } from '../../shared/model/errors.ts'
import { sessionOf } from '../../shared/model/path.ts'
import { gatedPorts, type Trouble } from './gated-ports.ts'
import { assertEqual } from './judge.ts'
import { setQuota } from './reference.ts'
import { BrokenOff, perform } from './operations.ts'
import {
  assertQuarantinedOrDeleted,
  assertQuiet,
  blobsOf,
  catalogOf,
  youngOrphansOf,
} from './quiet.ts'
import { assertRecovers } from './recovery.ts'
import type { Act, Turn, Wave } from './script.ts'
import type { Step } from './steps.ts'
import { limits, Stage } from './stage.ts'
import { Crashed, newActor, Turnstile } from './turnstile.ts'
import type { OpenWorld } from './world.ts'

/** What the runs of a campaign add up to. */
export interface Tally {
  runs: number
  operations: number
  /** Calls of ports that were let through. */
  calls: number
  crashes: number
  /** How often each kind of operation was done, and how often each refusal was met. */
  outcomes: Record<string, number>
}

export const newTally = (): Tally => ({
  runs: 0,
  operations: 0,
  calls: 0,
  crashes: 0,
  outcomes: {},
})

/** Plays a script over new stores, and throws at the first thing that no rule allows. */
export async function play(
  openWorld: OpenWorld,
  script: readonly Wave[],
  tally: Tally,
): Promise<void> {
  const stage = await Stage.open(openWorld)
  await using _ = stage.world
  for (const { turn, acts, order } of script) {
    await take(stage, turn, tally)
    const orphans = await youngOrphansOf(stage)
    await playWave(stage, { acts, order }, tally)
    const blobs = await blobsOf(stage)
    const removed = orphans.filter((id) => !blobs.includes(id))
    assertEqual('I6: younger than a day, without a record, and gone are', removed, [])
    assertQuarantinedOrDeleted(stage, { blobs, mayLinger: acts.some(({ crash }) => crash) })
    await assertQuiet(stage)
  }
  await assertRecovers(stage, script.at(-1)?.order ?? [0])
  tally.runs += 1
}

async function take(stage: Stage, turn: Turn, tally: Tally): Promise<void> {
  const { world, judge } = stage
  if (turn === 'nothing') return
  if (turn === 'learn') return stage.learn()
  if (turn === 'deliver all') {
    const deliver = { do: 'deliver', pick: 0, again: false } as const
    const acts = world.events.map(() => ({ user: 'ann', isForeign: false, step: deliver }) as const)
    return playWave(stage, { acts, order: [0] }, tally)
  }
  if ('passMs' in turn) return stage.pass(turn.passMs)
  if ('loseEvent' in turn) {
    world.events.splice(turn.loseEvent, 1)
    return
  }
  const { quotaBytes } = turn
  const deed = { method: 'setQuota', workspaceId: 'ann', rule: setQuota(quotaBytes) }
  await judge.watch(deed, catalogOf(stage).setQuota('ann', quotaBytes))
  await stage.step()
}

async function playWave(
  stage: Stage,
  { acts, order }: { acts: readonly Act[]; order: readonly number[] },
  tally: Tally,
): Promise<void> {
  const turnstile = new Turnstile()
  const work = acts.map((act, index) => {
    const actor = newActor(`${index} ${act.user} ${act.step.do}`, act.crash)
    const { judge, world, scanner, now } = stage
    const catalog = world.catalogs[index % world.catalogs.length] ?? catalogOf(stage)
    const { blobs, quarantine } = world
    const real = { catalog, blobs, quarantine, scanner, now, limits }
    const ports = gatedPorts({ actor, turnstile, judge }, real, troubleOf(stage, act.step))
    const send = (work: () => Promise<void>) => turnstile.pass(actor, 'send', work)
    const operation = async () => {
      const outcome = await perform({ stage, act, ports, send }).then(() => 'done', outcomeOf(act))
      count(tally, `${act.step.do}: ${outcome}`)
      if (actor.isDead) tally.crashes += 1
    }
    return { actor, operation }
  })
  try {
    await turnstile.run(work, { order, onStep: () => stage.step() })
  } catch (error) {
    throw new Error(`${String(error)}\nbehind:\n${turnstile.log.join('\n')}`, { cause: error })
  }
  tally.operations += acts.length
  tally.calls += turnstile.log.length
}

function troubleOf(stage: Stage, step: Step): Trouble {
  if (step.do === 'deliver' || step.do === 'rescan') return { scanner: step.scanner }
  if (step.do === 'removeSession') return { spares: ({ path }) => sessionOf(path) !== 's' }
  if (step.do !== 'sweep') return {}
  const { scanner, listings, dryRun } = step
  return { scanner, listings, dryRun, spares: (file) => stage.isRetained(file) }
}

/** What an operation may end with; anything else is a finding. */
function outcomeOf({ isForeign, step }: Act): (error: unknown) => string {
  return (error) => {
    if (error instanceof Crashed) return 'crashed'
    if (error instanceof BrokenOff) return 'broken off'
    if (!(error instanceof WorkspaceError)) throw error
    const isAboutFile = ['restore', 'update', 'copy', 'read'].includes(step.do)
    if (isForeign && isAboutFile && error.code !== 'not-found') {
      throw new Error(`I7: a foreign file answers ${error.code}`)
    }
    return error.code
  }
}

function count({ outcomes }: Tally, outcome: string): void {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
}
