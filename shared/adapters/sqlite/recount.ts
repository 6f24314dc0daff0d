import { setImmediate } from 'node:timers/promises'
import {
  type Allowance,
  type Counters,
  applyDelta,
  counterNames,
  noCounters,
} from '../../model/usage.ts'
import type { Recount } from '../../ports/maintenance.ts'
import type { Database } from './database/database.ts'
import { countersOfRow, adjustCounters, readUsage } from './workspaces.ts'

interface RecountOptions {
  repair: boolean
  allowance: Allowance
}

/** The most records that one statement reads, in about 5 ms. */
const maxCountedAtOnce = 2000

/** Counts again if other requests changed the workspace during the count. */
const maxAttempts = 3

/**
 * Reads every record of the workspace in steps. Other requests run between steps. If the sums differ from the stored counters,
 * one transaction counts again before it repairs anything (0.5 s for 200,000 records).
 */
export async function recount(
  database: Database,
  workspaceId: string,
  { repair, allowance }: RecountOptions,
): Promise<Recount> {
  const readKept = () => applyDelta(noCounters, readUsage(database, workspaceId, allowance))
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const before = await database.read(readKept)
    const counted = await countInSteps(database, workspaceId)
    const kept = await database.read(readKept)
    if (isSame({ kept, counted })) return { kept, counted }
    if (isSame({ kept, counted: before })) break
  }
  const compare = (): Recount => ({ kept: readKept(), counted: count(database, workspaceId) })
  const found = await database.read(compare)
  if (!repair || isSame(found)) return found
  return database.write(() => {
    const { kept, counted } = compare()
    adjustCounters(database, workspaceId, { before: kept, after: counted })
    return { kept, counted }
  })
}

async function countInSteps(database: Database, workspaceId: string): Promise<Counters> {
  let counted = noCounters
  for (const isDeleted of [0, 1]) {
    let after: number | undefined = 0
    while (after !== undefined) {
      const step = await countAfter(database, [workspaceId, isDeleted, after])
      counted = applyDelta(counted, step.counted)
      after = step.next
      if (after !== undefined) await setImmediate()
    }
  }
  return counted
}

async function countAfter(
  database: Database,
  position: [workspaceId: string, isDeleted: number, sequence: number],
): Promise<{ counted: Counters; next: number | undefined }> {
  const sql = `${sums}, max(sequence) AS last
    FROM (${recordsOf('files_by_sequence')} AND is_deleted = ? AND sequence > ?
      ORDER BY sequence LIMIT ${maxCountedAtOnce})`
  const row = await database.read(() => database.prepare(sql).get(...position))
  const counted = countersOfRow(row)
  const isFull = counted.recordCount === maxCountedAtOnce
  return { counted, next: isFull ? Number(row?.['last']) : undefined }
}

function count(database: Database, workspaceId: string): Counters {
  return countersOfRow(database.prepare(`${sums} FROM (${recordsOf()})`).get(workspaceId))
}

/** The sums of `countersOf` over all files. */
const sums = `SELECT
    total(size) FILTER (WHERE state = 'ready' AND is_deleted = 0) AS live_bytes,
    count(*) FILTER (WHERE state = 'ready' AND is_deleted = 0) AS live_count,
    total(json_extract(record, '$.reservation.reservedBytes')) FILTER (WHERE state = 'pending') AS reserved_bytes,
    total(size) FILTER (WHERE state = 'ready' AND is_deleted = 1) AS trash_bytes,
    count(*) AS record_count,
    count(*) FILTER (WHERE is_deleted = 1) AS trash_count,
    count(*) FILTER (WHERE state = 'pending') AS open_uploads,
    total(metadata_size) AS metadata_bytes,
    total(metadata_size) FILTER (WHERE is_deleted = 1) AS trash_metadata_bytes`

function recordsOf(index?: string): string {
  return `SELECT state, is_deleted, sequence, record, json_extract(record, '$.sizeBytes') AS size,
      iif(metadata = '{}', 0, octet_length(metadata)) AS metadata_size
    FROM files ${index === undefined ? '' : `INDEXED BY ${index}`} WHERE workspace_id = ?`
}

function isSame({ kept, counted }: Recount): boolean {
  return counterNames.every((name) => kept[name] === counted[name])
}
