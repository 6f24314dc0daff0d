import { createHash, randomUUID } from 'node:crypto'
import { eicar } from '../support/files/eicar.ts'
import { call, ConnectionLost, jsonOf, type Answer, type Call, type Client } from './client.ts'
import { trimmed, type Content, type State } from './model.ts'

/** One client that does one thing at a time, in a folder that no other client touches, and remembers what it was answered. */
export interface Actor {
  readonly client: Client
  /** Ends in `/`. */
  readonly folder: string
  /** What may be true: one state, or several while an operation is without an answer. */
  candidates: readonly State[]
  /** What must come true of them, where an answer said that the bytes are there and the verdict is not. */
  promised?: State | undefined
  /** The resumable upload that is under way. */
  session?: Session | undefined
  /** Live bytes, and those in the trash, are at most so many. */
  readonly quotaBytes: number
  /** Checksums of files by their id: an id names bytes for ever. */
  readonly known: Map<string, string>
  /** Answers that no rule allows. */
  readonly findings: string[]
  operations: number
}

export interface Session {
  /** Below the API's base. */
  route: `/${string}`
  id: string
  bytes: Buffer
  /** So many bytes were answered to be held. */
  heldBytes: number
  /** What is true once the last byte is settled. */
  complete: (state: State) => State
}

interface Operation {
  request: `${string} ${string}`
  call?: Call
  /** The statuses that say: it is so. */
  done: number[]
  /** The statuses that say: it will be so. */
  accepted?: number[]
  after: (state: State, id: string | undefined) => State
  /** The file whose verdict is waited for, where the answer does not name it. */
  id?: string
}

export function newActor(
  client: Client,
  { folder = '/', quotaBytes = Infinity }: Partial<Pick<Actor, 'folder' | 'quotaBytes'>> = {},
): Actor {
  const nothing = { candidates: [[]], findings: [], operations: 0 }
  return { client, folder, quotaBytes, known: new Map(), ...nothing }
}

/** The state of an actor that waits for no answer. */
export function stateOf({ candidates }: Actor): State {
  const [state, ...others] = candidates
  if (state === undefined || others.length > 0) throw new Error('An answer is outstanding')
  return state
}

/**
 * Sends one operation, and waits until what was accepted has its verdict. Where the connection ends, all that it may have
 * left stays possible.
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

/** Until the file is not pending, whatever became of it. */
export async function awaitVerdict({ client }: Actor, id: string | undefined): Promise<void> {
  if (id === undefined) throw new ConnectionLost('The answer broke off before its id')
  const waiting = { headers: { prefer: 'wait=30' } }
  let record: unknown
  do record = jsonOf(await call(client, `GET /files/${id}`, waiting))
  while ((record as { state?: string } | undefined)?.state === 'pending')
}

/** Bytes that nobody has sent before; infected ones hold the test file. */
export function newContent(
  path: string,
  { sizeBytes = 70_000, infected = false } = {},
): Content & { bytes: Buffer } {
  const seed = `${randomUUID()}\n${infected ? eicar().toString() : ''}`
  const bytes = Buffer.alloc(Math.max(sizeBytes, seed.length), seed)
  const checksum = createHash('sha256').update(bytes).digest('hex')
  return { path, checksum, sizeBytes: bytes.length, bytes }
}

/** The id of the file that an answer is about: a record, a ticket, or a refusal that carries the file. */
function idIn(answer: Answer): string | undefined {
  const body = jsonOf(answer) as { id?: string; file?: { id?: string } } | undefined
  return body?.file?.id ?? body?.id
}
