import { WorkspaceError } from '../../model/errors.ts'

/** Counts what the files of one execution hold. Exact: what would pass the limit is refused before it is written. */
export interface Ledger {
  /** Throws `too-large` where so many more bytes would pass the limit; then nothing is taken. */
  take(bytes: number): void
  giveBack(bytes: number): void
}

export function openLedger(maxBytes: number, heldBytes: number): Ledger {
  let held = heldBytes
  return {
    take(bytes) {
      if (held + bytes > maxBytes) throw executionFull(maxBytes)
      held += bytes
    },
    giveBack(bytes) {
      held -= bytes
    },
  }
}

function executionFull(maxBytes: number): WorkspaceError {
  return new WorkspaceError(
    'too-large',
    `The files of one execution may have at most ${maxBytes} bytes together, and this one does not fit. Clean the execution, or delete files of it that it no longer needs.`,
  )
}
