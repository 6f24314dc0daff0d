import { buffer } from 'node:stream/consumers'
import { WorkspaceError } from '../../shared/model/errors.ts'
import type { BlobStore, WriteOptions } from '../../shared/ports/blob-store.ts'
import type { FullCatalog, Ports } from '../../shared/ports/ports.ts'
import type { Scanner } from '../../shared/ports/scanner.ts'
import { ownerOf } from '../../shared/model/storage-path.ts'
import type { Judge } from './judge.ts'
import * as rules from './reference.ts'
import type { Actor, Turnstile } from './turnstile.ts'
import type { View } from './view.ts'

type Method = (...args: never[]) => Promise<unknown>

interface Gate {
  actor: Actor
  turnstile: Turnstile
  judge: Judge
}

/** What goes wrong for one operation, and what must not. */
export interface Trouble {
  /** The scanner fails: before it has read the body, whatever it is asked, or after, and still tells its version. */
  scanner?: 'before' | 'after' | undefined
  /** Listings end early without saying so, or fail. */
  listings?: 'cut' | 'fail' | undefined
  /** Nothing may be changed: this is a dry run. */
  dryRun?: boolean | undefined
  /** What the operation must leave alone, as it is when it comes to it. */
  spares?: ((file: View) => boolean) | undefined
}

/** The calls that change a workspace, as the reference has them. */
const changes = {
  reserve: (request) => [request.workspaceId, rules.reserve(request)],
  settle: (workspaceId, id, found) => [workspaceId, rules.settle(id, found)],
  applyRescan: (workspaceId, id, later) => [workspaceId, rules.applyRescan(id, later)],
  update: (workspaceId, id, wanted) => [workspaceId, rules.update(id, wanted)],
  remove: (workspaceId, id) => [workspaceId, rules.remove(id)],
  removeSession: (workspaceId, session, options) => [
    workspaceId,
    rules.removeSession(session, options),
  ],
  restore: (workspaceId, id, path) => [workspaceId, rules.restore(id, path)],
  purge: (workspaceId, id, before) => [workspaceId, rules.purge(id, before)],
  expire: (workspaceId, id, before) => [workspaceId, rules.expire(id, before)],
  trimTrash: (workspaceId) => [workspaceId, rules.trimTrash()],
  markMissing: (workspaceId) => [workspaceId, rules.markMissing()],
  recount: (workspaceId) => [workspaceId, rules.recount()],
} satisfies {
  [Name in keyof FullCatalog]?: (...args: Parameters<FullCatalog[Name]>) => [string, rules.Rule]
}

const listings = new Set([
  'list',
  'listWorkspaces',
  'listPending',
  'listTrash',
  'listRejected',
  'listOutdated',
])

/** The ports of one operation: every call waits at the turnstile, and what changes a workspace is judged. */
export function gatedPorts(
  gate: Gate,
  ports: Pick<Ports, 'catalog' | 'blobs' | 'scanner' | 'now' | 'limits'> &
    Required<Pick<Ports, 'quarantine'>>,
  trouble: Trouble,
) {
  const catalog = gated(gate, 'catalog', ports.catalog, (name, call, args) => {
    const answer = () => call(...args)
    if (listings.has(name)) return troubled(trouble, answer)
    if (!(name in changes)) return answer()
    if (trouble.dryRun && name !== 'recount') gate.judge.accuse(`A dry run calls ${name}`)
    if (trouble.scanner && name === 'settle') assertEmpty(gate.judge, args)
    const change = changes[name as keyof typeof changes] as (
      ...args: never[]
    ) => [string, rules.Rule]
    const [workspaceId, rule] = change(...args)
    const spared = trouble.spares && takenBy(gate.judge, name, args).find(trouble.spares)
    const result = gate.judge.watch({ method: name, workspaceId, rule }, answer())
    return result.then((taken) => {
      if (!spared || taken === undefined) return taken
      return gate.judge.accuse(`${gate.actor.name} takes ${JSON.stringify(spared)}`)
    })
  })
  const blobs = gated(gate, 'blobs', ports.blobs, (name, call, args) => {
    if (name === 'list') return troubled(trouble, () => call(...args))
    if (name === 'remove')
      assertGivenUp(gate.judge, args as unknown as Parameters<BlobStore['remove']>)
    if (name === 'write')
      return write(gate, call, args as unknown as Parameters<BlobStore['write']>)
    return call(...args)
  })
  const scanner = gated(gate, 'scanner', ports.scanner, async (name, call, args) => {
    if (trouble.scanner === undefined) return call(...args)
    if (trouble.scanner === 'after') {
      if (name !== 'scan') return call(...args)
      await buffer((args as unknown as Parameters<Scanner['scan']>)[0])
    }
    throw new WorkspaceError('scanner-unavailable', 'The scanner is down. Try again later.')
  })
  const quarantine = gated(gate, 'quarantine', ports.quarantine, (_, call, args) => call(...args))
  return { ...ports, catalog, blobs, scanner, quarantine }
}

function gated<Port extends object>(
  { actor, turnstile }: Gate,
  portName: string,
  port: Port,
  through: (name: string, call: Method, args: never[]) => Promise<unknown>,
): Port {
  return new Proxy(port, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target)
      if (typeof member !== 'function') return member
      const name = String(key)
      const call = member.bind(target) as Method
      // Pure, and no promise.
      if (name === 'locate') return call
      return (...args: never[]) =>
        turnstile.pass(actor, `${portName}.${name}`, async () => through(name, call, args))
    },
  })
}

async function troubled({ listings }: Trouble, list: () => Promise<unknown>): Promise<unknown> {
  if (listings === 'fail') throw new Error('The listing cannot be completed.')
  const page = await list()
  return listings === 'cut' ? cut(page) : page
}

/** The first half of a page, as if it were all. */
function cut(page: unknown): unknown {
  if (Array.isArray(page)) return page.slice(0, Math.floor(page.length / 2))
  const { blobs, files, next: _, ...rest } = page as Record<string, unknown>
  return {
    ...rest,
    ...(blobs !== undefined && { blobs: cut(blobs) }),
    ...(files !== undefined && { files: cut(files) }),
  }
}

/** I8: a scanner that failed has said nothing of any byte. */
function assertEmpty(judge: Judge, args: readonly unknown[]): void {
  const [, id, { sizeBytes }] = args as Parameters<FullCatalog['settle']>
  if (sizeBytes > 0) judge.accuse(`I8: ${id} is settled by a scanner that is down`)
}

/** The file that a call would take away. */
function takenBy(judge: Judge, name: string, args: readonly unknown[]): View[] {
  if (name !== 'remove' && name !== 'purge') return []
  const [workspaceId, fileId] = args as Parameters<FullCatalog['purge']>
  return judge.workspace(workspaceId).files.filter(({ id }) => id === fileId)
}

/** I6: bytes go after their record, never before. */
function assertGivenUp(
  judge: Judge,
  [{ storagePath, generation }]: Parameters<BlobStore['remove']>,
): void {
  const owner = ownerOf(storagePath)
  const file = owner && judge.workspace(owner.workspaceId).files.find(({ id }) => id === owner.id)
  const isWanted =
    file?.state === 'pending' || (file?.state === 'ready' && file.generation === generation)
  if (isWanted) judge.accuse(`I6: the bytes of ${file.id}, which is ${file.state}, are removed`)
}

/** Lets a write make further calls before it ends. */
async function write(
  { actor, turnstile }: Gate,
  call: Method,
  [storagePath, body, options]: Parameters<BlobStore['write']>,
): Promise<unknown> {
  const { beforeCommit } = options
  const asked =
    beforeCommit &&
    ((...args: Parameters<typeof beforeCommit>) =>
      turnstile.within(actor, () => beforeCommit(...args)))
  const withGate: WriteOptions = { ...options, ...(asked && { beforeCommit: asked }) }
  return (call as BlobStore['write'])(storagePath, body, withGate)
}
