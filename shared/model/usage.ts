import type { FileRecord, Metadata } from './file.ts'

/** Sums over the records of a workspace, or one record's part of them. */
export interface Counters {
  liveBytes: number
  liveCount: number
  reservedBytes: number
  trashBytes: number
  /** Records in every state, in the trash or not. */
  recordCount: number
  /** Records in the trash, in every state. */
  trashCount: number
  /** Pending files. */
  openUploads: number
  /** Metadata of all records: bytes of JSON in UTF-8. An empty object counts as 0. */
  metadataBytes: number
  /** The part of `metadataBytes` that is in the trash. */
  trashMetadataBytes: number
}

/** Limits of one workspace's records. The trash is trimmed to make room for new records. */
export interface RecordLimits {
  maxRecords: number
  maxOpenUploads: number
  maxMetadataBytes: number
}

/** The deployment's default quota and its limits on records. */
export interface Allowance {
  quotaBytes: number
  recordLimits: RecordLimits
}

/** A workspace's counters and their limits. */
export interface Usage extends Counters, RecordLimits {
  quotaBytes: number
}

export const noCounters: Counters = {
  liveBytes: 0,
  liveCount: 0,
  reservedBytes: 0,
  trashBytes: 0,
  recordCount: 0,
  trashCount: 0,
  openUploads: 0,
  metadataBytes: 0,
  trashMetadataBytes: 0,
}

export const counterNames = Object.keys(noCounters) as (keyof Counters)[]

/** One file's part of its workspace's counters. Infected and unscannable files count no bytes, because their bytes are deleted. */
export function countersOf(file: FileRecord | undefined): Counters {
  if (!file) return noCounters
  return { ...noCounters, ...bytesOf(file), ...recordOf(file) }
}

function bytesOf(file: FileRecord): Partial<Counters> {
  if (file.state === 'pending') return { reservedBytes: file.reservation.reservedBytes }
  if (file.state !== 'ready') return {}
  if (file.isDeleted) return { trashBytes: file.sizeBytes }
  return { liveBytes: file.sizeBytes, liveCount: 1 }
}

function recordOf({ state, isDeleted, metadata }: FileRecord): Partial<Counters> {
  const metadataBytes = metadataBytesOf(metadata)
  return {
    recordCount: 1,
    openUploads: state === 'pending' ? 1 : 0,
    metadataBytes,
    ...(isDeleted && { trashCount: 1, trashMetadataBytes: metadataBytes }),
  }
}

/** Bytes of the JSON text in UTF-8. An empty object counts as 0. */
export function metadataBytesOf(metadata: Metadata): number {
  const text = JSON.stringify(metadata)
  return text === '{}' ? 0 : Buffer.byteLength(text)
}

/** Adds `delta` to the counters, or with `times` -1 subtracts it. Drops every other field of `counters`. */
export function applyDelta(counters: Counters, delta: Counters, times: 1 | -1 = 1): Counters {
  const sums = { ...noCounters }
  for (const name of counterNames) sums[name] = counters[name] + times * delta[name]
  return sums
}
