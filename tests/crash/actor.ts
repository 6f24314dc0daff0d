import { createHash, randomUUID } from 'node:crypto'
import { eicar } from '../support/files/eicar.ts'
import { call, ConnectionLost, jsonOf, type Answer, type Call, type Client } from './client.ts'
import { trimmed, type Content, type State } from './model.ts'

/** One client that sends one operation at a time, in a folder that no other client uses, and records the responses. */
export interface Actor {
  readonly client: Client
  /** Ends in `/`. */
  readonly folder: string
  /** The possible states: several while an operation has no response, else one. */
  candidates: readonly State[]
  /** The states that must follow, if a response said that the bytes are stored without a verdict. */
  promised?: State | undefined
  /** The open resumable upload. */
  session?: Session | undefined
  /** The quota, for live bytes and for those in the trash. */
  readonly quotaBytes: number
  /** Checksums of files by id. The bytes of an id never change. */
  readonly known: Map<string, string>
  /** Share links that the client knows. */
  readonly links: Link[]
  /** Shares that may exist without a known address, because their creation has no response. */
  sharesWithoutAnswer: number
  /** Responses that violate a rule. */
  readonly findings: string[]
  operations: number
}

/** A share link whose address is known. */
export interface Link {
  id: string
  route: `/${string}`
  fileId: string
  /** `unknown` while a revocation has no response. */
  revoked: boolean | 'unknown'
  /** Downloads that were answered, and those that were requested. */
  answered: number
  requested: number
}

interface Session {
  /** Relative to the API's base. */
  route: `/${string}`
  id: string
  bytes: Buffer
  /** The number of bytes that the service has confirmed. */
  storedBytes: number
  /** The state after the last byte is settled. */
  complete: (state: State) => State
}

interface Operation {
  request: `${string} ${string}`
  call?: Call
  /** The statuses of a completed operation. */
  done: number[]
  /** The statuses of an accepted operation. */
  accepted?: number[]
  after: (state: State, id: string | undefined) => State
  /** The file whose verdict to wait for, if the response does not contain it. */
  id?: string
}

export function newActor(
  client: Client,
  { folder = '/', quotaBytes = Infinity }: Partial<Pick<Actor, 'folder' | 'quotaBytes'>> = {},
): Actor {
  const nothing = {
    candidates: [[]],
    findings: [],
    operations: 0,
    links: [],
    sharesWithoutAnswer: 0,
  }
  return { client, folder, quotaBytes, known: new Map(), ...nothing }
}

/** The state of an actor that has all its responses. */
export function stateOf({ candidates }: Actor): State {
  const [state, ...others] = candidates
  if (state === undefined || others.length > 0) throw new Error('An answer is outstanding')
  return state
}

/**
 * Sends one operation, and waits for the verdict if it was accepted. If the connection ends, all states that it may have
 * left remain possible.
 */
export async function perform(actor: Actor, operation: Operation): Promise<Answer> {
  const { request, done, accepted = [] } = operation
  const after: Operation['after'] = (state, id) =>
    trimmed(operation.after(state, id), actor.quotaBytes)
  const before = stateOf(actor)
  actor.operations += 1
  actor.candidates = [before, after(before, undefined)]
  const answer = await call(actor.client, request, operation.call)
  const id = idIn(answer)
  if (accepted.includes(answer.status)) {
    actor.promised = after(before, id)
    await awaitVerdict(actor, operation.id ?? id)
    actor.candidates = [actor.promised]
    actor.promised = undefined
    return answer
  }
  const isDone = done.includes(answer.status)
  if (!isDone) {
    actor.findings.push(`${request} answered ${answer.status}: ${answer.bytes.toString()}`)
  }
  actor.candidates = [isDone ? after(before, id) : before]
  return answer
}

/** Waits until the file is not pending. */
export async function awaitVerdict({ client }: Actor, id: string | undefined): Promise<void> {
  if (id === undefined) throw new ConnectionLost('The answer broke off before its id')
  const waiting = { headers: { prefer: 'wait=30' } }
  let record: unknown
  do record = jsonOf(await call(client, `GET /files/${id}`, waiting))
  while ((record as { state?: string } | undefined)?.state === 'pending')
}

/** New, unique bytes. Infected ones contain the EICAR test file. */
export function newContent(
  path: string,
  { sizeBytes = 70_000, infected = false } = {},
): Content & { bytes: Buffer } {
  const seed = `${randomUUID()}\n${infected ? eicar().toString() : ''}`
  const bytes = Buffer.alloc(Math.max(sizeBytes, seed.length), seed)
  const checksum = createHash('sha256').update(bytes).digest('hex')
  return { path, checksum, sizeBytes: bytes.length, bytes }
}

/** The id of the file in a response: a record, a ticket, or an error that contains the file. */
function idIn(answer: Answer): string | undefined {
  const body = jsonOf(answer) as { id?: string; file?: { id?: string } } | undefined
  return body?.file?.id ?? body?.id
}
