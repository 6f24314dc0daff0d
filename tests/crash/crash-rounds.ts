import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newActor } from './actor.ts'
import { ConnectionLost, eventually } from './client.ts'
import { recover, type User } from './recovery.ts'
import type { Scenario } from './scenarios.ts'
import { startProcess, type ServerProcess } from './server-process.ts'
import { isIdle } from './storage.ts'

export interface CrashReport {
  scenario: string
  /** The number of crash points of the scenario. */
  points: number
  /** The number of processes that died at a crash point. */
  crashes: number
  /** The most blobs without a record after one crash. */
  maxOrphans: number
  findings: string[]
}

/** The points, counted from 1, at which to crash. */
export type Sample = (points: number) => number[]

export interface Crashes {
  /** The bundled server with crash points. */
  program: string
  sample: Sample
}

/** A directory that several servers use one after another, and their program. */
export async function scratch(
  program: string,
): Promise<{ directory: string; program: string; fresh: () => Promise<string> } & AsyncDisposable> {
  const root = await mkdtemp(join(tmpdir(), 'coffer-crash-'))
  const fresh = () => mkdtemp(join(root, 'storage-'))
  return {
    directory: await fresh(),
    program,
    fresh,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}

/**
 * Runs a scenario once for each crash point of the sample, with a new user, in a process that crashes there. The
 * process that recovers is the next one to crash.
 */
export async function crashEverywhere(
  scenario: Scenario,
  { program, sample }: Crashes,
): Promise<CrashReport> {
  await using place = await scratch(program)
  const env: Record<string, string> = {}
  if (scenario.quotaMegabytes) env['WORKSPACE_QUOTA_MB'] = `${scenario.quotaMegabytes}`
  const start = () => startProcess({ ...place, env })
  const { directory } = place
  const stack = { server: start() }
  await using _ = { [Symbol.asyncDispose]: () => stack.server.kill() }

  const points = await countPoints(scenario, stack.server, directory)
  const report = { scenario: scenario.name, points, crashes: 0, maxOrphans: 0 }
  const findings: string[] = []
  for (const point of sample(points)) {
    const user = await prepared(scenario, stack.server)
    await stack.server.rearm(point)
    await runUntilDeath(scenario, { server: stack.server, user, directory })
    const where = await stack.server.ended
    if (where.startsWith('crash point')) report.crashes += 1

    stack.server = start()
    const recovery = await recover(stack.server, { directory, users: [user] }).catch(
      (error: unknown) => ({ findings: [String(error)], orphans: 0 }),
    )
    report.maxOrphans = Math.max(report.maxOrphans, recovery.orphans)
    if (recovery.orphans > 1) findings.push(`${where}: ${recovery.orphans} orphans`)
    for (const finding of recovery.findings) findings.push(`${where}: ${finding}`)
  }
  return { ...report, findings }
}

async function countPoints(
  scenario: Scenario,
  server: ServerProcess,
  directory: string,
): Promise<number> {
  const user = await prepared(scenario, server)
  await server.rearm()
  for (const actor of user.actors) {
    await scenario.run(actor)
    if (actor.findings.length > 0) throw new Error(actor.findings.join('\n') + server.log())
  }
  await eventually(async () => isIdle(directory))
  const labels = await server.rearm()
  return labels.length
}

/** A new user who has finished the operations before the scenario. */
async function prepared(scenario: Scenario, server: ServerProcess): Promise<User> {
  const client = { origin: await server.ready, user: `crash-${randomUUID()}` }
  await server.swept
  const actor = newActor(client, quotaOf(scenario))
  await scenario.prepare?.(actor)
  if (actor.findings.length > 0) throw new Error(actor.findings.join('\n') + server.log())
  return { client, actors: [actor] }
}

/** Points after the last response may not be reached. Then the process is killed. */
async function runUntilDeath(
  scenario: Scenario,
  { server, user, directory }: { server: ServerProcess; user: User; directory: string },
): Promise<void> {
  for (const actor of user.actors) {
    await scenario.run(actor).catch((error: unknown) => {
      if (!(error instanceof ConnectionLost)) throw error
    })
  }
  let isDead = false
  void server.ended.then(() => (isDead = true))
  await eventually(async () => isDead || isIdle(directory))
  await server.kill()
}

/** Every `stride`-th point, from an offset. */
export function everyNth({ stride, offset }: { stride: number; offset: number }): Sample {
  return (points) => {
    const first = 1 + (offset % stride)
    const count = Math.max(0, Math.ceil((points - first + 1) / stride))
    return Array.from({ length: count }, (_, at) => first + at * stride)
  }
}

function quotaOf({ quotaMegabytes }: Scenario): { quotaBytes?: number } {
  return quotaMegabytes === undefined ? {} : { quotaBytes: quotaMegabytes * 1024 * 1024 }
}
