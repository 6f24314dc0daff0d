import type { FileRecord } from '../../workspace/file.ts'
import type { Settlement, SettleResult } from '../../workspace/ports.ts'
import { settlement } from '../../workspace/settlement.ts'
import type { Database } from './database.ts'
import { writeRefusal } from './sqlite-refusals.ts'
import { deleteFile, readOwner, replaceFile } from './sqlite-rows.ts'
import { trimTrash } from './sqlite-trash.ts'
import { readUsage, type Allowance } from './sqlite-workspaces.ts'

/** Writes the verdict on what was read in the same transaction; anything but a pending file is left as it is. */
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
  // The owner gives way first: a path has one owner at every moment.
  if (owner && displaced) replaceFile(database, owner, displaced)
  if (file) replaceFile(database, pending, file)
  else deleteFile(database, pending)
  if (refusal) writeRefusal(database, pending, { code: refusal, at: now })
  const purged = trimTrash(database, workspaceId, allowance)
  const isKept = !purged.some((other) => other.id === id)
  return { file: isKept ? file : undefined, settled: true, ...(refusal && { refusal }), purged }
}
