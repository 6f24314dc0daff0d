import type { FileId } from '../../model/ids.ts'
import { type SettleResult, settlement } from '../../model/settlement.ts'
import type { Settlement } from '../../model/verdict.ts'
import { trimTrash } from './trash.ts'
import type { WorkspaceTransaction } from './transaction/workspace-transaction.ts'

/** Writes the verdict on what was read in the same transaction; anything but a pending file is left as it is. */
export async function settleFile(
  unit: WorkspaceTransaction,
  id: FileId,
  outcome: Settlement,
): Promise<SettleResult> {
  const pending = await unit.openFile(id)
  if (pending?.state !== 'pending') return { file: pending, settled: false, purged: [] }
  const { owner } = await unit.readClaims(pending.path)
  const facts = { owner, usage: unit.usage, now: unit.now }
  const { file, displaced, refusal } = settlement(pending, outcome, facts)
  // The owner gives way first: a path has one owner at every moment.
  if (owner && displaced) await unit.displace(owner, displaced)
  if (file) unit.replace(pending, file)
  else unit.remove(pending)
  if (refusal) unit.refuse(id, refusal)
  const trashed = [displaced, file].flatMap((other) => (other?.isDeleted ? other : []))
  const purged = await trimTrash(unit, trashed)
  const isKept = !purged.some((other) => other.id === id)
  return { file: isKept ? file : undefined, settled: true, ...(refusal && { refusal }), purged }
}
