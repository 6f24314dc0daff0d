import { buffer } from 'node:stream/consumers'
import { WorkspaceError } from '../../shared/model/errors.ts'
import type { BlobStore, WriteOptions } from '../../shared/ports/blob-store.ts'
import type { FullCatalog, Ports } from '../../shared/ports/ports.ts'
import type { Scanner } from '../../shared/ports/scanner.ts'
import { ownerOf } from '../../shared/model/storage-path.ts'
import type { Checker } from './checker.ts'
import * as rules from './reference.ts'
import type { Actor, Scheduler } from './scheduler.ts'
import type { View } from './view.ts'

type Method = (...args: never[]) => Promise<unknown>

interface Harness {
  actor: Actor
  scheduler: Scheduler
  checker: Checker
}

/** Faults to inject into one operation, and changes that it must not make. */
export interface Faults {
  /** The scanner fails: `before` fails all its calls; `after` fails only scans, after reading the body. */
  scanner?: 'before' | 'after' | undefined
  /** Listings silently omit entries, or fail. */
  listings?: 'truncated' | 'fail' | undefined
  /** The operation is a dry run and must not change anything. */
  dryRun?: boolean | undefined
  /** Selects files that the operation must not remove. Evaluated at the time of the removing call. */
  mustKeep?: ((file: View) => boolean) | undefined
}

/** The reference rule of each call that changes a workspace. */
const changes = {
  reserve: (request) => [request.workspaceId, rules.reserve(request)],
  settle: ({ workspaceId, id }, found) => [workspaceId, rules.settle(id, found)],
  applyRescan: (workspaceId, id, later) => [workspaceId, rules.applyRescan(id, later)],
  update: (workspaceId, id, wanted) => [workspaceId, rules.update(id, wanted)],
  remove: (workspaceId, id) => [workspaceId, rules.remove(id)],
  removeSession: (workspaceId, session, options) => [
    workspaceId,
    rules.removeSession(session, options),
  ],
  restore: (workspaceId, id, to) => [workspaceId, rules.restore(id, to)],
  restoreVersion: (workspaceId, id, path) => [workspaceId, rules.restoreVersion(id, path)],
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

/** Wraps the ports of one operation. The scheduler orders every call, and the checker observes every change. */
export function scheduledPorts(
  harness: Harness,
  ports: Pick<Ports, 'catalog' | 'folders' | 'trail' | 'blobs' | 'scanner' | 'now' | 'limits'> &
    Required<Pick<Ports, 'quarantine'>>,
  faults: Faults,
) {
  const catalog = scheduled(harness, 'catalog', ports.catalog, (name, call, args) => {
    const answer = () => call(...args)
    if (listings.has(name)) return listWithFaults(faults, answer)
    if (!(name in changes)) return answer()
    if (faults.dryRun && name !== 'recount') harness.checker.fail(`A dry run calls ${name}`)
    if (faults.scanner && name === 'settle') assertNoVerdict(harness.checker, args)
    const change = changes[name as keyof typeof changes] as (
      ...args: never[]
    ) => [string, rules.Rule]
    const [workspaceId, rule] = change(...args)
    const protectedFile =
      faults.mustKeep && removedBy(harness.checker, name, args).find(faults.mustKeep)
    const result = harness.checker.observe({ method: name, workspaceId, rule }, answer())
    return result.then((removed) => {
      if (!protectedFile || removed === undefined) return removed
      return harness.checker.fail(
        `${harness.actor.name} removes a file that it must keep: ${JSON.stringify(protectedFile)}`,
      )
    })
  })
  const blobs = scheduled(harness, 'blobs', ports.blobs, (name, call, args) => {
    if (name === 'list') return listWithFaults(faults, () => call(...args))
    if (name === 'remove')
      assertUnreferenced(harness.checker, args as unknown as Parameters<BlobStore['remove']>)
    if (name === 'write')
      return write(harness, call, args as unknown as Parameters<BlobStore['write']>)
    return call(...args)
  })
  const scanner = scheduled(harness, 'scanner', ports.scanner, async (name, call, args) => {
    if (faults.scanner === undefined) return call(...args)
    if (faults.scanner === 'after') {
      if (name !== 'scan') return call(...args)
      await buffer((args as unknown as Parameters<Scanner['scan']>)[0])
    }
    throw new WorkspaceError('scanner-unavailable', 'The scanner is down. Try again later.')
  })
  const quarantine = scheduled(harness, 'quarantine', ports.quarantine, (_, call, args) =>
    call(...args),
  )
  return { ...ports, catalog, blobs, scanner, quarantine }
}

function scheduled<Port extends object>(
  { actor, scheduler }: Harness,
  portName: string,
  port: Port,
  intercept: (name: string, call: Method, args: never[]) => Promise<unknown>,
): Port {
  return new Proxy(port, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target)
      if (typeof member !== 'function') return member
      const name = String(key)
      const call = member.bind(target) as Method
      // Pure and synchronous.
      if (name === 'locate') return call
      return (...args: never[]) =>
        scheduler.call(actor, `${portName}.${name}`, async () => intercept(name, call, args))
    },
  })
}

async function listWithFaults(
  { listings }: Faults,
  list: () => Promise<unknown>,
): Promise<unknown> {
  if (listings === 'fail') throw new Error('The listing cannot be completed.')
  const page = await list()
  return listings === 'truncated' ? truncate(page) : page
}

/** Keeps the first half of a page and drops its cursor. */
function truncate(page: unknown): unknown {
  if (Array.isArray(page)) return page.slice(0, Math.floor(page.length / 2))
  const { blobs, files, next: _, ...rest } = page as Record<string, unknown>
  return {
    ...rest,
    ...(blobs !== undefined && { blobs: truncate(blobs) }),
    ...(files !== undefined && { files: truncate(files) }),
  }
}

/** I8: checks that a failing scanner settles no bytes. */
function assertNoVerdict(checker: Checker, args: readonly unknown[]): void {
  const [{ id }, { sizeBytes }] = args as Parameters<FullCatalog['settle']>
  if (sizeBytes > 0) checker.fail(`I8: ${id} is settled although the scanner failed`)
}

/** Returns the file that a call removes. */
function removedBy(checker: Checker, name: string, args: readonly unknown[]): View[] {
  if (name !== 'remove' && name !== 'purge') return []
  const [workspaceId, fileId] = args as Parameters<FullCatalog['purge']>
  return checker.workspace(workspaceId).files.filter(({ id }) => id === fileId)
}

/** I6: checks that a blob is removed only when no record needs it. */
function assertUnreferenced(
  checker: Checker,
  [{ storagePath, generation }]: Parameters<BlobStore['remove']>,
): void {
  const owner = ownerOf(storagePath)
  const file = owner && checker.workspace(owner.workspaceId).files.find(({ id }) => id === owner.id)
  const isNeeded =
    file?.state === 'pending' || (file?.state === 'ready' && file.generation === generation)
  if (isNeeded)
    checker.fail(`I6: the blob of ${file.id} is removed while the file is ${file.state}`)
}

/** Makes a write whose `beforeCommit` callback may make further scheduled calls. */
async function write(
  { actor, scheduler }: Harness,
  call: Method,
  [storagePath, body, options]: Parameters<BlobStore['write']>,
): Promise<unknown> {
  const { beforeCommit } = options
  const hook =
    beforeCommit &&
    ((...args: Parameters<typeof beforeCommit>) =>
      scheduler.yieldDuring(actor, () => beforeCommit(...args)))
  const withHook: WriteOptions = { ...options, ...(hook && { beforeCommit: hook }) }
  return (call as BlobStore['write'])(storagePath, body, withHook)
}
