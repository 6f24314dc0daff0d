import { WorkspaceError } from '../../model/errors.ts'

/** Counts the bytes of one execution's files. Refuses bytes over the limit before they are written. */
export interface Ledger {
  /** Adds bytes. Throws `too-large`, and adds nothing, if they exceed the limit. */
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
