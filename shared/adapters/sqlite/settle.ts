import type { FileRecord } from '../../model/file.ts'
import { type SettleResult, settlement } from '../../model/settlement.ts'
import type { Settlement } from '../../model/verdict.ts'
import type { Allowance } from '../../model/usage.ts'
import type { Database } from './database/database.ts'
import { writeRefusal } from './refusals.ts'
import { deleteFile, readOwner, replaceFile } from './rows.ts'
import { trimTrash } from './trash.ts'
import { readUsage } from './workspaces.ts'

/** Writes the verdict on a pending file, in the transaction that read it. Leaves a file in any other state unchanged. */
export function settleFile(
  database: Database,
  pending: FileRecord | undefined,
  { outcome, allowance, now }: { outcome: Settlement; allowance: Allowance; now: Date },
): SettleResult {
  if (pending?.state !== 'pending') return { file: pending, settled: false, purged: [] }
  const { workspaceId, id, path } = pending
  const owner = readOwner(database, workspaceId, path)
  const usage = readUsage(database, workspaceId, allowance)
  const { file, displaced, refusal } = settlement(pending, outcome, { owner, usage, now })
  // Displace the current owner first, so that the unique index on owners holds.
  if (owner && displaced) replaceFile(database, { before: owner, after: displaced }, now)
  if (file) replaceFile(database, { before: pending, after: file, refusal }, now)
  else deleteFile(database, { before: pending, refusal }, now)
  if (refusal) writeRefusal(database, pending, refusal, now)
  const purged = trimTrash(database, workspaceId, { allowance, now })
  const isKept = !purged.some((other) => other.id === id)
  const code = refusal && { refusal: refusal.code }
  return { file: isKept ? file : undefined, settled: true, ...code, purged }
}
