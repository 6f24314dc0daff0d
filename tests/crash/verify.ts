import type { FileRecord } from '../e2e/support/record.ts'
import { awaitVerdict, stateOf, type Actor } from './actor.ts'
import { call, contentRoute } from './client.ts'
import { lineOf, linesOf, type State, type Version } from './model.ts'
import { lineOfRecord, served } from './observe.ts'
import { send } from './operations/files.ts'

/** I2: checks that each path serves one of the versions that may be its owner, and serves one if there must be an owner. */
export async function gapFindings({ client, candidates }: Actor): Promise<string[]> {
  const findings: string[] = []
  const paths = new Set(candidates.flat().map(({ path }) => path))
  for (const path of paths) {
    const owners = candidates.map((state) => ownerOf(state, path))
    const found = await served(client, contentRoute(path))
    const mayBeAbsent = owners.includes(undefined)
    const isOwner = owners.some((owner) => owner && found === `200 ${owner.checksum}`)
    if (isOwner || (mayBeAbsent && !found.startsWith('200'))) continue
    findings.push(`I2: ${path} serves ${found}, not one of ${owners.map(describe).join(' or ')}`)
  }
  return findings
}

/**
 * I6: checks that the files match one of the possible states. I4: checks that known ids still have the same bytes.
 * The actor continues with the matching state.
 */
export function reconcile(actor: Actor, files: FileRecord[]): string[] {
  const mine = files.filter(({ path }) => path.startsWith(actor.folder))
  const findings = mine
    .filter(({ id, checksum }) => (actor.known.get(id) ?? checksum) !== checksum)
    .map(({ id, checksum }) => `I4: ${id} had ${actor.known.get(id)} and has ${checksum}`)
  for (const { id, checksum } of mine) if (checksum !== null) actor.known.set(id, checksum)

  const lines = mine.map(lineOfRecord).sort()
  const possible = actor.promised ? [actor.promised] : actor.candidates
  const state = possible.find((state) => linesOf(state).join('\n') === lines.join('\n'))
  if (!state) {
    const expected = possible.map((state) => `[${linesOf(state).join(' | ')}]`).join(' or ')
    findings.push(`I6: found [${lines.join(' | ')}], expected ${expected}`)
  }
  for (const version of state ?? []) {
    const file = mine.find(({ id }) => id === version.id)
    if (version.id !== undefined && (!file || lineOfRecord(file) !== lineOf(version))) {
      findings.push(`I4: ${version.id} is ${file && lineOfRecord(file)}, not ${lineOf(version)}`)
    }
  }
  actor.candidates = [adopt(state ?? [], mine)]
  actor.promised = undefined
  return findings
}

/** The state with the ids from lost responses. */
function adopt(state: State, files: FileRecord[]): State {
  const claimed = new Set(state.map(({ id }) => id))
  return state.map((version) => {
    if (version.id !== undefined) return version
    const file = files.find(
      (file) => !claimed.has(file.id) && lineOfRecord(file) === lineOf(version),
    )
    claimed.add(file?.id)
    return { ...version, id: file?.id }
  })
}

/** I1, I2, I4: checks that every id and every path serves exactly the expected bytes, and that others serve none. */
export async function servedFindings(actor: Actor): Promise<string[]> {
  const { client } = actor
  const findings: string[] = []
  const state = stateOf(actor)
  const expect = async (route: string, expected: string) => {
    const found = await served(client, route)
    if (found !== expected) findings.push(`I1: ${route} serves ${found}, not ${expected}`)
  }
  for (const version of state) {
    await expect(`/files/${version.id}/content`, answerFor(version))
  }
  return [...findings, ...(await gapFindings(actor))]
}

/** Requests the status of the open upload, and sends the rest. */
export async function resume(actor: Actor): Promise<string[]> {
  const { session } = actor
  const open = stateOf(actor).find(({ id }) => id !== undefined && id === session?.id)
  if (!session || !open) {
    actor.session = undefined
    return []
  }
  const { status, headers } = await call(actor.client, `PUT ${session.route}`, {
    headers: { 'content-range': `bytes */${session.bytes.length}` },
  })
  if (open.place !== 'open') {
    actor.session = undefined
    return status === 200 ? [] : [`I6: the upload is complete, and its URL answers ${status}`]
  }
  if (status === 200) {
    actor.session = undefined
    await awaitVerdict(actor, session.id)
    actor.candidates = [session.complete(stateOf(actor))]
    return []
  }
  const lastByte = /^bytes=0-(\d+)$/.exec(headers.get('range') ?? '')?.[1]
  const storedBytes = lastByte === undefined ? 0 : Number(lastByte) + 1
  if (status !== 308 || storedBytes < session.storedBytes) {
    return [`I6: ${session.storedBytes} bytes were held; now ${status} with ${storedBytes}`]
  }
  session.storedBytes = storedBytes
  await send(actor)
  return []
}

function ownerOf(state: State, path: string): Version | undefined {
  return state.find((version) => version.place === 'live' && version.path === path)
}

function describe(version: Version | undefined): string {
  return version?.checksum ?? 'none'
}

function answerFor({ place, checksum }: Version): string {
  switch (place) {
    case 'live':
    case 'superseded':
      return `200 ${checksum}`
    case 'trash':
      return '410'
    case 'infected':
      return '403'
    case 'open':
      return '409'
  }
}
