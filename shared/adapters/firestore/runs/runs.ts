import {
  cancelRequested,
  ended,
  isPurged,
  purgeAtOf,
  runOutputSchema,
  runSchema,
  type Run,
  type RunEnd,
  type RunOutput,
} from '../../../model/runs/run.ts'
import type { RecordedRun, RunKey, RunPage, RunQuery, Runs } from '../../../ports/runs.ts'
import type { FirestoreConnection } from '../connection.ts'
import type { Query } from '../rest/query.ts'
import type { DocumentReference } from '../rest/reference.ts'
import type { DocumentSnapshot } from '../rest/snapshot.ts'
import { deleteField } from '../rest/write-batch.ts'
import { transact } from '../transaction/transact.ts'

type Fields = Record<string, unknown>

/**
 * Records of runs in Firestore, in a root collection. A document holds the outputs of its run, each as JSON under its number, so that
 * an append writes only its output. The time to live of `purgeAt` deletes it.
 */
export class FirestoreRuns implements Runs {
  readonly #connection: FirestoreConnection
  readonly #now: () => Date

  constructor(connection: FirestoreConnection, now: () => Date) {
    this.#connection = connection
    this.#now = now
  }

  async begin(run: Run): Promise<{ run: Run; isNew: boolean }> {
    const { workspaceId, id } = run
    const ref = this.#documentOf(id)
    const beginning = transact(this.#connection.firestore, async (attempt) => {
      const existing = this.#decode(await attempt.get(ref), { workspaceId, id })
      if (existing) return { run: existing, isNew: false }
      const fields = { ...fieldsOf(run), outputs: {}, count: 0, ...attempt.markOn(ref) }
      attempt.write(ref, fields)
      return { run, isNew: true }
    })
    return this.#connection.run(beginning)
  }

  async append(key: RunKey, output: RunOutput, cost: number): Promise<boolean> {
    const after = await this.#change(key, (run, snapshot) => {
      if (run.state !== 'running') return undefined
      const count = Number(snapshot.get('count'))
      const added = { [`outputs.o${count}`]: JSON.stringify(output), count: count + 1 }
      return { run: { ...run, cost }, fields: added }
    })
    return after?.isChanged === true
  }

  async renew(key: RunKey, leaseUntil: string): Promise<Run | undefined> {
    return this.#replace(key, (run) => (run.state === 'running' ? { ...run, leaseUntil } : run))
  }

  async end(key: RunKey, end: RunEnd): Promise<Run | undefined> {
    return this.#replace(
      key,
      (run) => ended(run, end, this.#now()),
      end.state === 'cancelled' ? { outputs: deleteField, count: 0 } : {},
    )
  }

  async requestCancel(key: RunKey): Promise<Run | undefined> {
    return this.#replace(key, cancelRequested)
  }

  async get(key: RunKey): Promise<RecordedRun | undefined> {
    const snapshot = await this.#connection.run(this.#documentOf(key.id).get())
    const run = this.#decode(snapshot, key)
    if (!run) return undefined
    const outputs = Array.from({ length: Number(snapshot.get('count')) }, (_, index) =>
      runOutputSchema.parse(JSON.parse(String(snapshot.get(`outputs.o${index}`)))),
    )
    return { run, outputs }
  }

  async list({ workspaceId, session, limit, after }: RunQuery): Promise<RunPage> {
    const field = session === undefined ? 'listed' : 'inSession'
    const scope = session === undefined ? [workspaceId] : [workspaceId, session]
    const query = this.#runs()
      .where(field, '>', key([...scope, '']))
      .where(field, '<', key([...scope, '~']))
      .orderBy(field, 'desc')
      .select('run')
    const from = after ? query.startAfter(key([...scope, after.createdAt, after.id])) : query
    const docs = await this.#connection.run(from.limit(limit + 1).get())
    const runs = docs.slice(0, limit).map((document) => runSchema.parse(document.get('run')))
    const last = docs.length > limit ? runs.at(-1) : undefined
    return {
      runs: runs.filter((run) => !isPurged(run, this.#now())),
      ...(last && { next: { createdAt: last.createdAt, id: last.id } }),
    }
  }

  async listAbandoned(limit: number): Promise<Run[]> {
    const query = this.#runs()
      .where('lease', '>', '')
      .where('lease', '<', `${this.#now().toISOString()}~`)
      .orderBy('lease')
      .select('run')
      .limit(limit)
    const docs = await this.#connection.run(query.get())
    return docs.map((document) => runSchema.parse(document.get('run')))
  }

  async #replace(
    key: RunKey,
    change: (run: Run) => Run,
    fields: Fields = {},
  ): Promise<Run | undefined> {
    const after = await this.#change(key, (run) => {
      const changed = change(run)
      return changed === run ? undefined : { run: changed, fields }
    })
    return after?.run
  }

  async #change(
    key: RunKey,
    change: (run: Run, snapshot: DocumentSnapshot) => { run: Run; fields: Fields } | undefined,
  ): Promise<{ run: Run; isChanged: boolean } | undefined> {
    const ref = this.#documentOf(key.id)
    const changing = transact(this.#connection.firestore, async (attempt) => {
      const snapshot = await attempt.get(ref)
      const run = this.#decode(snapshot, key)
      const changed = run && change(run, snapshot)
      if (!changed) return run && { run, isChanged: false }
      const fields = { ...fieldsOf(changed.run), ...changed.fields, ...attempt.markOn(ref) }
      attempt.write(ref, fields)
      return { run: changed.run, isChanged: true }
    })
    return this.#connection.run(changing)
  }

  #runs(): Query {
    return this.#connection.firestore.collection('runs')
  }

  #documentOf(id: string): DocumentReference {
    return this.#connection.firestore.collection('runs').doc(id)
  }

  #decode(snapshot: DocumentSnapshot, { workspaceId, session }: RunKey): Run | undefined {
    if (!snapshot.exists) return undefined
    const run = runSchema.parse(snapshot.get('run'))
    if (run.workspaceId !== workspaceId) return undefined
    if (session !== undefined && run.session !== session) return undefined
    return isPurged(run, this.#now()) ? undefined : run
  }
}

/** Keys sort as their parts do, because no encoded part contains `|`. Instants and ids sort before `~`. */
function key(parts: string[]): string {
  return parts.map((part) => (part === '~' ? part : encodeURIComponent(part))).join('|')
}

function fieldsOf(run: Run): Fields {
  const { workspaceId, session, createdAt, id, state, leaseUntil } = run
  return {
    run,
    listed: key([workspaceId, createdAt, id]),
    inSession: session === undefined ? null : key([workspaceId, session, createdAt, id]),
    lease: state === 'running' ? `${leaseUntil}|${id}` : null,
    purgeAt: purgeAtOf(run),
  }
}
