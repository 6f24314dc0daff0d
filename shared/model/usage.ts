import type { FileRecord, Metadata } from './file.ts'

/** The counters of a workspace: the sums over its records. */
export interface UsageDelta {
  liveBytes: number
  liveCount: number
  reservedBytes: number
  trashBytes: number
  /** All records, whatever their state, those in the trash too. */
  recordCount: number
  /** Records in the trash, whatever their state. */
  trashCount: number
  /** Pending files. */
  openUploads: number
  /** Metadata of all records, as JSON in UTF-8; an empty object counts nothing. */
  metadataBytes: number
  /** The part of `metadataBytes` that is in the trash. */
  trashMetadataBytes: number
}

/** How many records one workspace may have. The trash gives way to new records. */
export interface RecordLimits {
  maxRecords: number
  maxOpenUploads: number
  maxMetadataBytes: number
}

/** A workspace's counters and their limits. */
export interface Usage extends UsageDelta, RecordLimits {
  quotaBytes: number
}

const nothing: UsageDelta = {
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

export const counterNames = Object.keys(nothing) as (keyof UsageDelta)[]

/** What one file adds to its workspace's counters. Infected and unscannable files hold no bytes: these are given back. */
export function usageDeltaOf(file: FileRecord | undefined): UsageDelta {
  if (!file) return nothing
  return { ...nothing, ...bytesOf(file), ...recordOf(file) }
}

function bytesOf(file: FileRecord): Partial<UsageDelta> {
  if (file.state === 'pending') return { reservedBytes: file.reservation.reservedBytes }
  if (file.state !== 'ready') return {}
  if (file.isDeleted) return { trashBytes: file.sizeBytes }
  return { liveBytes: file.sizeBytes, liveCount: 1 }
}

function recordOf({ state, isDeleted, metadata }: FileRecord): Partial<UsageDelta> {
  const metadataBytes = metadataBytesOf(metadata)
  return {
    recordCount: 1,
    openUploads: state === 'pending' ? 1 : 0,
    metadataBytes,
    ...(isDeleted && { trashCount: 1, trashMetadataBytes: metadataBytes }),
  }
}

/** Bytes of UTF-8 of the JSON text; an empty object counts nothing. */
export function metadataBytesOf(metadata: Metadata): number {
  const text = JSON.stringify(metadata)
  return text === '{}' ? 0 : Buffer.byteLength(text)
}

/** The counters with so many times what is held. */
export function applyDelta(to: UsageDelta, held: UsageDelta, times: 1 | -1 = 1): UsageDelta {
  const sums = { ...nothing }
  for (const name of counterNames) sums[name] = to[name] + times * held[name]
  return sums
}
