import {
  endOf,
  isPurged,
  maxEvictedShares,
  maxShares,
  purgeAtOf,
  revoked,
  shareSchema,
  tooManyShares,
  withDownloads,
  type Downloads,
  type Share,
} from '../../../model/shares/share.ts'
import type {
  ShareKey,
  SharePage,
  SharePosition,
  ShareQuery,
  Shares,
} from '../../../ports/shares.ts'
import type { FirestoreConnection } from '../connection.ts'
import type { Query } from '../rest/query.ts'
import type { DocumentReference } from '../rest/reference.ts'
import type { DocumentSnapshot } from '../rest/snapshot.ts'
import { transact } from '../transaction/transact.ts'

/** Shares in Firestore, in a root collection. The time to live of `purgeAt` deletes them. */
export class FirestoreShares implements Shares {
  readonly #connection: FirestoreConnection
  readonly #now: () => Date

  constructor(connection: FirestoreConnection, now: () => Date) {
    this.#connection = connection
    this.#now = now
  }

  /** Counts the shares outside its transaction, so each concurrent creation may exceed the limit by one. */
  async create(share: Share): Promise<void> {
    const ref = this.#documentOf(share.id)
    const all = this.#within('listed', [share.workspaceId]).limit(maxShares)
    const write = transact(this.#connection.firestore, async (attempt) => {
      if ((await all.count()) >= maxShares) {
        const ended = await attempt.query(this.#ended(share.workspaceId))
        if (ended.length === 0) throw tooManyShares()
        for (const { id } of ended) attempt.delete(this.#documentOf(id))
      }
      attempt.create(ref, { ...fieldsOf(share), ...attempt.markOn(ref) })
    })
    await this.#connection.run(write)
  }

  async get(id: string): Promise<Share | undefined> {
    return this.#decode(await this.#connection.run(this.#documentOf(id).get()))
  }

  async list({ workspaceId, session, limit, after }: ShareQuery): Promise<SharePage> {
    const field = session === undefined ? 'listed' : 'inSession'
    const scope = session === undefined ? [workspaceId] : [workspaceId, session]
    const query = this.#within(field, scope, 'desc')
    const from = after ? query.startAfter(key([...scope, after.createdAt, after.id])) : query
    const docs = await this.#connection.run(from.limit(limit + 1).get())
    const page = docs.slice(0, limit)
    const last = docs.length > limit ? page.at(-1) : undefined
    return {
      shares: page.flatMap((document) => this.#decode(document) ?? []),
      ...(last && { next: positionOf(last) }),
    }
  }

  async revoke({ workspaceId, session, id }: ShareKey): Promise<Share | undefined> {
    return this.#change(id, (share) => {
      if (share.workspaceId !== workspaceId) return undefined
      if (session !== undefined && share.session !== session) return undefined
      return revoked(share, this.#now())
    })
  }

  async countDownloads(id: string, downloads: Downloads): Promise<void> {
    await this.#change(id, (share) => withDownloads(share, downloads))
  }

  async #change(
    id: string,
    change: (share: Share) => Share | undefined,
  ): Promise<Share | undefined> {
    const ref = this.#documentOf(id)
    const changing = transact(this.#connection.firestore, async (attempt) => {
      const share = this.#decode(await attempt.get(ref))
      const changed = share && change(share)
      if (changed !== undefined && changed !== share) {
        attempt.write(ref, { ...fieldsOf(changed), ...attempt.markOn(ref) })
      }
      return changed
    })
    return this.#connection.run(changing)
  }

  #documentOf(id: string): DocumentReference {
    return this.#connection.firestore.collection('shares').doc(id)
  }

  #ended(workspaceId: string): Query {
    return this.#connection.firestore
      .collection('shares')
      .where('ends', '>', key([workspaceId, '']))
      .where('ends', '<', `${key([workspaceId, this.#now().toISOString()])}~`)
      .orderBy('ends')
      .limit(maxEvictedShares)
  }

  /** Queries the shares whose key in a field begins with these parts. */
  #within(field: string, scope: string[], direction: 'asc' | 'desc' = 'asc'): Query {
    return this.#connection.firestore
      .collection('shares')
      .where(field, '>', key([...scope, '']))
      .where(field, '<', key([...scope, '~']))
      .orderBy(field, direction)
  }

  #decode(snapshot: DocumentSnapshot): Share | undefined {
    if (!snapshot.exists) return undefined
    const share = shareSchema.parse(snapshot.get('share'))
    return isPurged(share, this.#now()) ? undefined : share
  }
}

/** Keys sort as their parts do, because no encoded part contains `|`. Instants and ids sort before `~`. */
function key(parts: string[]): string {
  return parts.map((part) => (part === '~' ? part : encodeURIComponent(part))).join('|')
}

function fieldsOf(share: Share): Record<string, unknown> {
  const { workspaceId, session, createdAt, id } = share
  return {
    share,
    listed: key([workspaceId, createdAt, id]),
    inSession: session === undefined ? null : key([workspaceId, session, createdAt, id]),
    ends: key([workspaceId, endOf(share), id]),
    purgeAt: purgeAtOf(share),
  }
}

function positionOf(document: DocumentSnapshot): SharePosition {
  const { createdAt, id } = shareSchema.parse(document.get('share'))
  return { createdAt, id }
}
