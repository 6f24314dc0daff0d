import { FirestoreError } from '../rest/firestore-error.ts'
import type { DocumentReference } from '../rest/reference.ts'
import type { Attempt } from './attempt.ts'
import { WorkspaceTransaction, type WorkspaceOptions } from './workspace-transaction.ts'

/** One change of a workspace. */
export interface Change<Result> {
  /** The documents that the change reads first, given the error of the previous attempt. Lets a group read them in one request. */
  reads?: (failure: unknown) => DocumentReference[]
  run: (transaction: WorkspaceTransaction, attempt: Attempt) => Promise<Result>
}

interface GroupOptions extends WorkspaceOptions {
  workspace: DocumentReference
}

/**
 * Runs changes of one workspace one after another, as one attempt. Each reads what the earlier ones have written. A change that
 * throws writes nothing, and does not affect the others. An error of Firestore fails the attempt.
 */
export async function runGroup(
  attempt: Attempt,
  changes: Change<unknown>[],
  { workspace, ...options }: GroupOptions,
): Promise<PromiseSettledResult<unknown>[]> {
  await attempt.getAll(...changes.flatMap(({ reads }) => reads?.(attempt.failure) ?? []))
  const transaction = new WorkspaceTransaction(attempt, workspace, options)
  const outcomes: PromiseSettledResult<unknown>[] = []
  for (const change of changes) outcomes.push(await outcomeOf(change, transaction, attempt))
  await transaction.flush()
  return outcomes
}

async function outcomeOf(
  change: Change<unknown>,
  transaction: WorkspaceTransaction,
  attempt: Attempt,
): Promise<PromiseSettledResult<unknown>> {
  try {
    const value = await transaction.run(() => change.run(transaction, attempt))
    return { status: 'fulfilled', value }
  } catch (reason) {
    if (reason instanceof FirestoreError) throw reason
    return { status: 'rejected', reason }
  }
}
