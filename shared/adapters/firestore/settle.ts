import type { FileId } from '../../model/ids.ts'
import { type SettleResult, settlement } from '../../model/settlement.ts'
import type { Settlement } from '../../model/verdict.ts'
import { claimsOf } from './claims.ts'
import { filesOf } from './documents.ts'
import type { DocumentReference } from './rest/reference.ts'
import { trimTrash } from './trash.ts'
import type { Change } from './transaction/change-group.ts'
import type { KnownFile, WorkspaceTransaction } from './transaction/workspace-transaction.ts'

/**
 * Writes the verdict on a pending file. Leaves a file in any other state unchanged. Uses `known` instead of reading the file,
 * unless an attempt has failed, because it may be outdated.
 */
export function settleFile(
  workspace: DocumentReference,
  { id, known }: { id: FileId; known: KnownFile | undefined },
  outcome: Settlement,
): Required<Change<SettleResult>> {
  const fileRef = filesOf(workspace).doc(id)
  return {
    reads: (failure) => {
      if (!known) return [workspace, fileRef]
      if (failure === undefined) return [workspace]
      return [workspace, fileRef, claimsOf(workspace, known.file.path)]
    },
    run: (transaction, { failure }) =>
      settle(transaction, { id, known: failure === undefined ? known : undefined }, outcome),
  }
}

async function settle(
  transaction: WorkspaceTransaction,
  { id, known }: { id: FileId; known: KnownFile | undefined },
  outcome: Settlement,
): Promise<SettleResult> {
  const pending = await (known ? transaction.openKnown(known) : transaction.openFile(id))
  if (pending?.state !== 'pending') return { file: pending, settled: false, purged: [] }
  const { owner } = await transaction.readClaims(pending.path)
  const facts = { owner, usage: transaction.usage, now: transaction.now }
  const { file, displaced, refusal } = settlement(pending, outcome, facts)
  // Displace the current owner first, so that the path has one owner at any time.
  if (owner && displaced) await transaction.displace(owner, displaced)
  if (file) transaction.replace(pending, file, refusal)
  else transaction.remove(pending, refusal)
  const purged = await trimTrash(transaction)
  const isKept = !purged.some((other) => other.id === id)
  const code = refusal && { refusal: refusal.code }
  return { file: isKept ? file : undefined, settled: true, ...code, purged }
}
