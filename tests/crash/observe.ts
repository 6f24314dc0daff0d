import { createHash } from 'node:crypto'
import type { FileRecord, ListPage, Usage } from '../e2e/support/record.ts'
import type { TrailEvent } from '../../shared/model/trail/event.ts'
import { listedFiles, replayedFiles } from '../support/replayed-trail.ts'
import { call, jsonOf, type Client } from './client.ts'
import { lineOf, type Place } from './model.ts'

/** All files of a user, the trash included. */
export async function listAll(client: Client): Promise<FileRecord[]> {
  return [...(await pages(client, false)), ...(await pages(client, true))]
}

async function pages(client: Client, deleted: boolean): Promise<FileRecord[]> {
  const files: FileRecord[] = []
  let cursor: string | undefined
  do {
    const query = new URLSearchParams({ deleted: `${deleted}`, limit: '1000' })
    if (cursor !== undefined) query.set('cursor', cursor)
    const page = jsonOf(await call(client, `GET /files?${query.toString()}`)) as ListPage
    files.push(...page.files)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return files
}

/** The record as a version of the model. */
export function lineOfRecord(file: FileRecord): string {
  return lineOf({ ...file, checksum: file.checksum ?? '', place: placeOf(file) })
}

function placeOf({ state, isDeleted, supersededBy }: FileRecord): Place {
  if (state === 'pending') return 'open'
  if (state !== 'ready') return 'infected'
  if (!isDeleted) return 'live'
  return supersededBy === null ? 'trash' : 'superseded'
}

/** The response at an address: its status and, for bytes, their SHA-256 in hexadecimal digits. */
export async function served(client: Client, route: string): Promise<string> {
  const { status, bytes } = await call(client, `GET ${route}`)
  if (status !== 200) return `${status}`
  return `200 ${createHash('sha256').update(bytes).digest('hex')}`
}

/** I5: checks that the counters agree with the list. */
export async function counterFindings(client: Client, files: FileRecord[]): Promise<string[]> {
  const usage = jsonOf(await call(client, 'GET /usage')) as Usage
  const ready = files.filter(({ state }) => state === 'ready')
  const pending = files.filter(({ state }) => state === 'pending')
  const live = ready.filter(({ isDeleted }) => !isDeleted)
  const truth = {
    usedBytes: bytesOf(live),
    fileCount: live.length,
    trashBytes: bytesOf(ready.filter(({ isDeleted }) => isDeleted)),
  }
  const { usedBytes, fileCount, trashBytes, reservedBytes, limitBytes } = usage
  const findings: string[] = []
  if (JSON.stringify({ usedBytes, fileCount, trashBytes }) !== JSON.stringify(truth)) {
    findings.push(`I5: usage is ${JSON.stringify(usage)}, the files are ${JSON.stringify(truth)}`)
  }
  // An overwrite reserves only its growth, so the list gives an upper limit.
  if (reservedBytes > bytesOf(pending)) {
    findings.push(`I5: ${reservedBytes} bytes are reserved for ${bytesOf(pending)} bytes to come`)
  }
  if (usedBytes + reservedBytes > limitBytes || trashBytes > limitBytes) {
    findings.push(`I5: the quota is passed: ${JSON.stringify(usage)}`)
  }
  return findings
}

/** I9: checks that the trail has no gap, and that its events tell the listed files. */
export async function trailFindings(client: Client, files: FileRecord[]): Promise<string[]> {
  const events: TrailEvent[] = []
  for (let latest = Infinity; events.length < latest;) {
    const answer = await call(client, `GET /events?after=${events.length}&limit=1000`)
    const page = jsonOf(answer) as { events: TrailEvent[]; latest: number }
    if (page.events.length === 0 && page.latest > events.length) return ['I9: an event is missing']
    events.push(...page.events)
    ;({ latest } = page)
  }
  try {
    const [told, listed] = [replayedFiles(events).join(' | '), listedFiles(files).join(' | ')]
    return told === listed ? [] : [`I9: the trail tells [${told}], the list has [${listed}]`]
  } catch (error) {
    return [`I9: ${String(error)}`]
  }
}

function bytesOf(files: FileRecord[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}
