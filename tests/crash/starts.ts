import { randomUUID } from 'node:crypto'
import { cp } from 'node:fs/promises'
import { newActor, stateOf, type Actor } from './actor.ts'
import { scratch, type CrashReport, type Crashes, type Sample } from './crash-rounds.ts'
import { put, remove } from './operations/files.ts'
import { recover, type User } from './recovery.ts'
import { startProcess, type StartOptions } from './server-process.ts'

/** Crashes at the points of a first start, over a directory that does not exist yet. */
export async function crashFirstStart({ program, sample }: Crashes): Promise<CrashReport> {
  await using place = await scratch(program)
  const client = { origin: '', user: 'first' }
  const users = [{ client, actors: [newActor(client)] }]
  return await crashStarts('the first start', sample, { place, left: { users } })
}

/** Crashes at the points of a start that recovers from an earlier crash with a clean overwrite and an infected one. */
export async function crashRecovery({ program, sample }: Crashes): Promise<CrashReport> {
  await using place = await scratch(program)
  const users = await crashWhileScanning(place)
  const { directory } = place
  return await crashStarts('a start after a crash', sample, { place, left: { users, directory } })
}

type Place = Awaited<ReturnType<typeof scratch>>

/** Users whose bytes are stored, without the verdict that was to be written next. */
async function crashWhileScanning(place: Place): Promise<User[]> {
  await using server = startProcess(place)
  const origin = await server.ready
  await server.swept
  const users: User[] = []
  for (let count = 0; count < 2; count++) {
    const client = { origin, user: `start-${randomUUID()}` }
    const actor = newActor(client)
    await put(actor, '/a.bin')
    await put(actor, '/b.bin')
    const [first] = stateOf(actor)
    await remove(actor, first?.id ?? '')
    users.push({ client, actors: [actor] })
  }
  await server.rearm('before catalog.settle')
  const actors = users.flatMap((user) => user.actors)
  const uploads = actors.map((actor, index) => put(actor, '/b.bin', { infected: index === 1 }))
  const outcomes = await Promise.allSettled(uploads)
  const isDead = outcomes.every(({ status }) => status === 'rejected')
  if (!isDead) throw new Error(`The server outlived its crash point:\n${server.log()}`)
  return users
}

/** Each start crashes over a new copy. All checks must pass after the next start over that copy. */
async function crashStarts(
  scenario: string,
  sample: Sample,
  { place, left }: { place: Place; left: { users: User[]; directory?: string } },
): Promise<CrashReport> {
  const copied = async () => {
    const directory = await place.fresh()
    if (left.directory !== undefined) await cp(left.directory, directory, { recursive: true })
    return { ...place, directory }
  }
  const points = await countPoints(await copied())
  const report = { scenario, points, crashes: 0, maxOrphans: 0 }
  const findings: string[] = []
  for (const crashAt of sample(points)) {
    const copy = await copied()
    const where = await runUntilDeath({ ...copy, crashAt })
    if (where.startsWith('crash point')) report.crashes += 1
    await using server = startProcess(copy)
    const users = left.users.map(copyOf)
    const recovery = await recover(server, { directory: copy.directory, users })
    report.maxOrphans = Math.max(report.maxOrphans, recovery.orphans)
    for (const finding of recovery.findings) findings.push(`${where}: ${finding}`)
  }
  return { ...report, findings }
}

async function countPoints(options: StartOptions): Promise<number> {
  await using server = startProcess(options)
  await server.swept
  const labels = await server.rearm()
  return labels.length
}

/** Kills a process that does not reach its crash point after its sweep. */
async function runUntilDeath(options: StartOptions): Promise<string> {
  await using server = startProcess(options)
  server.ready.catch(() => undefined)
  await server.swept.catch(() => undefined)
  await server.kill()
  return await server.ended
}

/** A copy of the user's state, so that checks of one directory do not affect those of another. */
function copyOf({ client: { origin, user }, actors }: User): User {
  const client = { origin, user }
  const copies = actors.map((actor): Actor => {
    return { ...actor, client, known: new Map(actor.known), findings: [] }
  })
  return { client, actors: copies }
}
