import type { FileRecord } from '../e2e/support/record.ts'
import type { LocalStorage } from '../../shared/runtime/local-storage.ts'
import { stateOf, type Actor } from './actor.ts'
import { eventually, type Client } from './client.ts'
import { expired } from './model.ts'
import { counterFindings, listAll, trailFindings } from './observe.ts'
import { put } from './operations/files.ts'
import { linkFindings } from './operations/shares.ts'
import type { ServerProcess } from './server-process.ts'
import { blobFindings, countOrphans, isSettled, openStorage, sweepLater } from './storage.ts'
import { gapFindings, reconcile, resume, servedFindings } from './verify.ts'

export interface User {
  client: Client
  actors: Actor[]
}

export interface Recovery {
  findings: string[]
  /** The number of blobs without a record until the sweep of the next day. */
  orphans: number
}

/**
 * Checks a server after a crash against what its users know: immediately, after its sweep, after the users
 * continued, and after the sweep of the next day.
 */
export async function recover(
  server: ServerProcess,
  { directory, users }: { directory: string; users: User[] },
): Promise<Recovery> {
  const findings: string[] = []
  const actors = users.flatMap((user) => user.actors)
  const origin = await server.ready
  for (const { client } of users) client.origin = origin
  for (const actor of actors) findings.push(...(await gapFindings(actor)))

  await server.swept
  const touched = actors.map(({ candidates }) => new Set(candidates.flat().map(({ path }) => path)))
  await using storage = await openStorage(directory)
  findings.push(...(await checkUsers(storage, users)))
  const orphans = await countOrphans(storage, await filesOf(users))
  const goingOn = actors.map((actor, index) => goOn(actor, touched[index] ?? new Set()))
  findings.push(...(await Promise.all(goingOn)).flat())
  findings.push(...(await checkUsers(storage, users)))

  findings.push(...(await sweepLater(directory)))
  for (const actor of actors) actor.candidates = [expired(stateOf(actor))]
  findings.push(...(await checkUsers(storage, users)))
  findings.push(...(await blobFindings(storage, await filesOf(users))))
  return { findings, orphans }
}

/** I6: checks that open uploads can be finished, and that every path is usable, including paths that are free. */
async function goOn(actor: Actor, paths: Set<string>): Promise<string[]> {
  const findings = await resume(actor)
  for (const path of paths) {
    const isTaken = stateOf(actor).some(
      (version) => version.path === path && ['live', 'open'].includes(version.place),
    )
    await put(actor, path, { sizeBytes: 100, create: !isTaken })
  }
  return [...findings, ...actor.findings.splice(0)]
}

async function checkUsers(storage: LocalStorage, users: User[]): Promise<string[]> {
  const checks = users.map(async ({ client, actors }) => {
    const findings: string[] = []
    const quiet = await eventually(async () => isSettled(storage, await listAll(client)))
    if (!quiet) findings.push('I6: bytes that have arrived are still without a verdict')
    const files = await listAll(client)
    findings.push(
      ...(await counterFindings(client, files)),
      ...(await trailFindings(client, files)),
    )
    for (const actor of actors) {
      findings.push(...reconcile(actor, files), ...(await servedFindings(actor)))
      findings.push(...(await linkFindings(actor)))
    }
    return findings
  })
  return (await Promise.all(checks)).flat()
}

async function filesOf(users: User[]): Promise<FileRecord[]> {
  return (await Promise.all(users.map(({ client }) => listAll(client)))).flat()
}
