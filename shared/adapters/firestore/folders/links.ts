import {
  archiveLinkSchema,
  maxLinks,
  tooManyLinks,
  type ArchiveLink,
} from '../../../model/folders/archive-link.ts'
import type { Links } from '../../../ports/links.ts'
import type { FirestoreConnection } from '../connection.ts'
import { transact } from '../transaction/transact.ts'

/** Links to archives in Firestore. The time to live of `expiresAt` deletes them. */
export class FirestoreLinks implements Links {
  readonly #connection: FirestoreConnection
  readonly #now: () => Date

  constructor(connection: FirestoreConnection, now: () => Date) {
    this.#connection = connection
    this.#now = now
  }

  async create(link: ArchiveLink): Promise<void> {
    const { firestore } = this.#connection
    const { workspaceId, hash, expiresAt } = link
    // Sorts by workspace, then by expiry.
    const key = (instant: string) => `${encodeURIComponent(workspaceId)}|${instant}`
    const open = firestore
      .collection('links')
      .where('open', '>', key(this.#now().toISOString()))
      .where('open', '<', `${key('')}~`)
      .orderBy('open')
    const count = await this.#connection.run(open.limit(maxLinks).count())
    if (count >= maxLinks) throw tooManyLinks()
    const ref = firestore.collection('links').doc(hash)
    const fields = { link, open: key(expiresAt), expiresAt: new Date(expiresAt) }
    const write = transact(firestore, async (attempt) => {
      attempt.create(ref, { ...fields, ...attempt.markOn(ref) })
    })
    await this.#connection.run(write)
  }

  async get(hash: string): Promise<ArchiveLink | undefined> {
    const ref = this.#connection.firestore.collection('links').doc(hash)
    const snapshot = await this.#connection.run(ref.get())
    if (!snapshot.exists) return undefined
    const link = archiveLinkSchema.parse(snapshot.get('link'))
    return link.expiresAt > this.#now().toISOString() ? link : undefined
  }
}
