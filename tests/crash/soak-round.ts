import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { newActor, type Actor } from './actor.ts'
import { ConnectionLost } from './client.ts'
import { roundOf, runScript } from './random-operations.ts'
import type { FileRecord } from '../e2e/support/record.ts'
import { listAll } from './observe.ts'
import { recover, type User } from './recovery.ts'
import { startProcess, type ServerProcess, type StartOptions } from './server-process.ts'
import { quarantineFindings, quarantineOf, sweepBeside } from './storage.ts'

export interface Soak {
  rounds: number
  operations: number
  /** Crashes at a crash point, and by an external signal. */
  crashes: number
  kills: number
  /** Complete sweeps by a second process while the server was running. */
  sweeps: number
  /** Files that the crashed process rescanned in a round. */
  rescanned: number
  /** Infected files whose bytes are in the quarantine, counted after every round. */
  quarantined: number
  maxOrphans: number
  findings: string[]
}

const users = 3
const clientsPerUser = 2
/** Limits the rounds of one generation of users, so that all their files can be checked after every round. */
const roundsPerGeneration = 10

/**
 * Rounds of random operations, each ended by `kill -9` and followed by all checks. Files remain for some rounds. The process
 * that recovered is the next one to crash.
 */
export async function soakRandomly(
  place: StartOptions,
  { seed, rounds, onRound }: { seed: number; rounds: number; onRound: (soak: Soak) => void },
): Promise<Soak> {
  const soak: Soak = {
    rounds: 0,
    operations: 0,
    crashes: 0,
    kills: 0,
    sweeps: 0,
    rescanned: 0,
    quarantined: 0,
    maxOrphans: 0,
    findings: [],
  }
  const env = { QUARANTINE_DIR: quarantineOf(place.directory) }
  const running = { server: startProcess({ ...place, env }) }
  await using _ = { [Symbol.asyncDispose]: () => running.server.kill() }
  const { directory } = place
  let people: User[] = []
  for (; soak.rounds < rounds && soak.findings.length === 0; soak.rounds++) {
    const roundSeed = seed + soak.rounds
    if (soak.rounds % roundsPerGeneration === 0) people = await newUsers(running.server)
    const actors = people.flatMap((user) => user.actors)
    const before = operationsOf(actors)
    const signaturesAt = new Date().toISOString()
    const beside = new AbortController()
    const sweeping = sweepBeside(directory, beside.signal)
    const where = await runUntilDeath(roundSeed, {
      server: running.server,
      people,
      signaturesAt,
    }).finally(() => beside.abort())
    soak.sweeps += await sweeping
    if (where.startsWith('crash point')) soak.crashes += 1
    else soak.kills += 1
    running.server = startProcess({ ...place, env })
    const recovery = await recover(running.server, { directory, users: people })
    soak.maxOrphans = Math.max(soak.maxOrphans, recovery.orphans)
    const files = (await Promise.all(people.map(({ client }) => listAll(client)))).flat()
    const findings = [...recovery.findings, ...(await quarantineFindings(directory, files))]
    soak.rescanned += files.filter((file) => isOf(file, signaturesAt)).length
    soak.quarantined += files.filter(({ state }) => state === 'infected').length
    soak.findings.push(
      ...findings.map((finding) => `--seed ${roundSeed} --rounds 1, ${where}: ${finding}`),
    )
    soak.operations += operationsOf(actors) - before
    onRound(soak)
  }
  return soak
}

async function newUsers(server: ServerProcess): Promise<User[]> {
  const origin = await server.ready
  await server.swept
  return Array.from({ length: users }, () => {
    const client = { origin, user: `soak-${randomUUID()}` }
    const actors = Array.from({ length: clientsPerUser }, (_, index) =>
      newActor(client, { folder: `/client-${index}/` }),
    )
    return { client, actors }
  })
}

function operationsOf(actors: Actor[]): number {
  return actors.reduce((sum, { operations }) => sum + operations, 0)
}

/** Whether a file of an earlier round was rescanned with the signatures of this round. */
function isOf({ scan, createdAt }: FileRecord, signaturesAt: string): boolean {
  return scan?.signaturesAt === signaturesAt && createdAt < signaturesAt
}

async function runUntilDeath(
  seed: number,
  { server, people, signaturesAt }: { server: ServerProcess; people: User[]; signaturesAt: string },
): Promise<string> {
  const actors = people.flatMap((user) => user.actors)
  const { death, scripts } = roundOf(seed, actors.length)
  const random = 'crashAt' in death
  await server.rearm(random ? death.crashAt : undefined, signaturesAt)
  const work = actors.map((actor, index) =>
    runScript(actor, scripts[index] ?? []).catch((error: unknown) => {
      if (!(error instanceof ConnectionLost)) throw error
    }),
  )
  if (!random) await setTimeout(death.killAfterMs)
  else await Promise.race([server.ended, Promise.all(work)])
  await server.kill()
  await Promise.all(work)
  return server.ended
}
