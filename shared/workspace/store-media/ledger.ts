import { WorkspaceError } from '../../model/errors.ts'

/** Counts the bytes of one execution's files. Refuses bytes over the limit before they are written. */
export interface Ledger {
  /** Adds bytes. Throws `too-large`, and adds nothing, if they exceed the limit. */
  add(bytes: number): void
  release(bytes: number): void
}

export function openLedger(maxBytes: number, initialBytes: number): Ledger {
  let usedBytes = initialBytes
  return {
    add(bytes) {
      if (usedBytes + bytes > maxBytes) throw executionFull(maxBytes)
      usedBytes += bytes
    },
    release(bytes) {
      usedBytes -= bytes
    },
  }
}

function executionFull(maxBytes: number): WorkspaceError {
  return new WorkspaceError(
    'too-large',
    `The files of one execution may have at most ${maxBytes} bytes together, and this one does not fit. Clean the execution, or delete files of it that it no longer needs.`,
  )
}
