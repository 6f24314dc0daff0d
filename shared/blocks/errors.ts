/** Why a run failed, by the part that the block itself can cause. Other codes of a run are those of the workspace. */
export type BlockErrorCode =
  /** The values break a rule that the schema cannot state. */
  | 'block-input'
  /** The block could not do its work, for a reason in words. */
  | 'block-failed'
  /** The block broke its own schema: a bug of its author. */
  | 'block-output'
  | 'timed-out'

/** An expected failure of a block. The message is for users: it never contains internals. */
export class BlockError extends Error {
  override readonly name: string = 'BlockError'
  readonly code: BlockErrorCode

  constructor(code: BlockErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options)
    this.code = code
  }
}

/** The input is valid by the schema and still cannot be used: two fields contradict each other, a page does not exist. */
export class BlockInputError extends BlockError {
  override readonly name = 'BlockInputError'

  constructor(message: string, options?: { cause?: unknown }) {
    super('block-input', message, options)
  }
}

/** The work failed: a file is damaged, a program refused it, a service is not available. */
export class BlockExecutionError extends BlockError {
  override readonly name = 'BlockExecutionError'

  constructor(message: string, options?: { cause?: unknown }) {
    super('block-failed', message, options)
  }
}

const names = new Set(['BlockError', 'BlockInputError', 'BlockExecutionError'])

/** Whether an error is a `BlockError`, also one of another copy of the SDK, such as that of a block's package. */
export function isBlockError(error: unknown): error is BlockError {
  return error instanceof Error && names.has(error.name) && 'code' in error
}
