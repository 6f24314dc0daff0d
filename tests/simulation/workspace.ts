import type { FileId, WorkspacePath } from '../../shared/model/ids.ts'
import type { View } from './view.ts'

/** Reference model of one workspace: an immutable list of files in memory. */
export interface Reference {
  quotaBytes: number
  lastSequence: number
  files: readonly View[]
}

export const emptyWorkspace = (quotaBytes: number): Reference => {
  return { quotaBytes, lastSequence: 0, files: [] }
}

/** Small enough for random operations to reach. */
export const recordLimits = { maxRecords: 8, maxOpenUploads: 4, maxMetadataBytes: 120 }

/** I5: computes the counters from the files. */
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

/** Returns the file at a path: its owner, else its newest pending upload, else the file removed last. */
export function fileAt(workspace: Reference, path: WorkspacePath): View | undefined {
  const atPath = workspace.files.filter((file) => file.path === path)
  const removed = atPath.filter((file) => removedAt(file) !== '' && file.supersededBy === null)
  const lastPending = atPath.filter(claims(path)).sort(bySequence).at(-1)
  return ownerOf(workspace, path) ?? lastPending ?? removed.sort(byRemovalTime).at(-1)
}

/** Purges the oldest trash until the trash fits the quota, and all files fit the record limits. */
export function trimmed(workspace: Reference): { after: Reference; purged: View[] } {
  const { quotaBytes } = workspace
  const purged: View[] = []
  let after = workspace
  for (const file of workspace.files.filter(isTrash).sort(byRemovalTime)) {
    const { trashBytes, recordCount, metadataBytes, trashMetadataBytes } = countersOf(after)
    const isMetadataOver = metadataBytes > recordLimits.maxMetadataBytes && trashMetadataBytes > 0
    if (trashBytes <= quotaBytes && recordCount <= recordLimits.maxRecords && !isMetadataOver) break
    purged.push(file)
    after = without(after, file.id)
  }
  return { after, purged }
}

/** Time of deletion, or of the infected rescan. Empty if the file has neither. */
function removedAt({ deletedAt, condemnedAt }: View): string {
  return deletedAt ?? condemnedAt ?? ''
}

function byRemovalTime(a: View, b: View): number {
  if (removedAt(a) === removedAt(b)) return bySequence(a, b)
  return removedAt(a) < removedAt(b) ? -1 : 1
}

function bySequence(a: View, b: View): number {
  return a.sequence - b.sequence
}

/** Zero or negative growth always fits. */
export function fits(workspace: Reference, growth: number): boolean {
  const { liveBytes, reservedBytes } = countersOf(workspace)
  return growth <= 0 || liveBytes + reservedBytes + growth <= workspace.quotaBytes
}

/** Whether the path has an owner or a pending upload. */
export function isTaken(workspace: Reference, path: WorkspacePath): boolean {
  return ownerOf(workspace, path) !== undefined || workspace.files.some(claims(path))
}

/** Returns the error code if more records or larger metadata exceed the limits. */
export function recordRefusal(
  workspace: Reference,
  { records, metadata, before = '{}' }: { records: number; metadata: string; before?: string },
): string | undefined {
  const { recordCount, trashCount, ...counters } = countersOf(workspace)
  const { maxRecords, maxMetadataBytes } = recordLimits
  if (records > 0 && recordCount - trashCount + records > maxRecords) return 'quota-exceeded'
  const growth = sizeOf(metadata) - sizeOf(before)
  const heldBytes = counters.metadataBytes - counters.trashMetadataBytes
  if (growth > 0 && heldBytes + growth > maxMetadataBytes) return 'quota-exceeded'
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
