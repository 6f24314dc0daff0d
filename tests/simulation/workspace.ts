import type { FileId, WorkspacePath } from '../../shared/model/ids.ts'
import type { View } from './view.ts'

/** One workspace, as the rules of `Catalog` have it: a list of files in memory, one change at a time. */
export interface Reference {
  quotaBytes: number
  lastSequence: number
  files: readonly View[]
}

export const emptyWorkspace = (quotaBytes: number): Reference => {
  return { quotaBytes, lastSequence: 0, files: [] }
}

/** Small, so that the operations meet them. */
export const recordLimits = { maxRecords: 8, maxOpenUploads: 4, maxMetadataBytes: 120 }

/** I5: the counters, as the files add up. */
export function countersOf({ files }: Reference) {
  const live = files.filter(isOwner)
  const trash = files.filter(isTrash)
  return {
    liveBytes: sum(live.map(({ sizeBytes }) => sizeBytes)),
    liveCount: live.length,
    reservedBytes: sum(files.map(({ reservation }) => reservation?.reservedBytes ?? 0)),
    trashBytes: bytesOf(trash),
    recordCount: files.length,
    trashCount: trash.length,
    openUploads: files.filter(({ state }) => state === 'pending').length,
    metadataBytes: metadataBytesOf(files),
    trashMetadataBytes: metadataBytesOf(trash),
  }
}

/** Only ready files hold bytes. */
function bytesOf(files: View[]): number {
  return sum(files.map(({ state, sizeBytes }) => (state === 'ready' ? sizeBytes : 0)))
}

function metadataBytesOf(files: readonly View[]): number {
  return sum(files.map(({ metadata }) => sizeOf(metadata)))
}

function sizeOf(metadata: string): number {
  return metadata === '{}' ? 0 : Buffer.byteLength(metadata)
}

export function ownerOf({ files }: Reference, path: WorkspacePath): View | undefined {
  return files.find((file) => isOwner(file) && file.path === path)
}

/** The file that a path names. */
export function namedBy(workspace: Reference, path: WorkspacePath): View | undefined {
  const there = workspace.files.filter((file) => file.path === path)
  const gone = there.filter((file) => goneAt(file) !== '' && file.supersededBy === null)
  const lastPending = there.filter(claims(path)).sort(bySequence).at(-1)
  return ownerOf(workspace, path) ?? lastPending ?? gone.sort(byTimeGone).at(-1)
}

/** The trash with no more than one quota's worth: the oldest leave first. */
export function trimmed(workspace: Reference): { after: Reference; purged: View[] } {
  const { quotaBytes } = workspace
  const purged: View[] = []
  let after = workspace
  for (const file of workspace.files.filter(isTrash).sort(byTimeGone)) {
    const { trashBytes, recordCount, metadataBytes, trashMetadataBytes } = countersOf(after)
    const isMetadataOver = metadataBytes > recordLimits.maxMetadataBytes && trashMetadataBytes > 0
    if (trashBytes <= quotaBytes && recordCount <= recordLimits.maxRecords && !isMetadataOver) break
    purged.push(file)
    after = without(after, file.id)
  }
  return { after, purged }
}

/** When a file was deleted, or else condemned; empty where it was neither. */
function goneAt({ deletedAt, condemnedAt }: View): string {
  return deletedAt ?? condemnedAt ?? ''
}

function byTimeGone(a: View, b: View): number {
  if (goneAt(a) === goneAt(b)) return bySequence(a, b)
  return goneAt(a) < goneAt(b) ? -1 : 1
}

function bySequence(a: View, b: View): number {
  return a.sequence - b.sequence
}

/** Growth of nothing always fits. */
export function fits(workspace: Reference, growth: number): boolean {
  const { liveBytes, reservedBytes } = countersOf(workspace)
  return growth <= 0 || liveBytes + reservedBytes + growth <= workspace.quotaBytes
}

/** By its owner, or by an upload that is on its way. */
export function isTaken(workspace: Reference, path: WorkspacePath): boolean {
  return ownerOf(workspace, path) !== undefined || workspace.files.some(claims(path))
}

/** What one more record is refused with, or metadata that grows. */
export function recordRefusal(
  workspace: Reference,
  { records, metadata, before = '{}' }: { records: number; metadata: string; before?: string },
): string | undefined {
  const { recordCount, trashCount, ...counters } = countersOf(workspace)
  const { maxRecords, maxMetadataBytes } = recordLimits
  if (records > 0 && recordCount - trashCount + records > maxRecords) return 'quota-exceeded'
  const growth = sizeOf(metadata) - sizeOf(before)
  const held = counters.metadataBytes - counters.trashMetadataBytes
  if (growth > 0 && held + growth > maxMetadataBytes) return 'quota-exceeded'
  return undefined
}

function isTrash({ deletedAt }: View): boolean {
  return deletedAt !== null
}

function isOwner({ state, deletedAt }: View): boolean {
  return state === 'ready' && deletedAt === null
}

function claims(path: WorkspacePath): (file: View) => boolean {
  return (file) => file.state === 'pending' && file.path === path
}

export function find({ files }: Reference, id: FileId): View | undefined {
  return files.find((file) => file.id === id)
}

export function put(workspace: Reference, file: View): Reference {
  return {
    ...workspace,
    files: workspace.files.map((other) => (other.id === file.id ? file : other)),
  }
}

export function without(workspace: Reference, id: FileId): Reference {
  return { ...workspace, files: workspace.files.filter((file) => file.id !== id) }
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
