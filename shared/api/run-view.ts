import type { Run } from '../model/runs/run.ts'
import type { RecordedRun } from '../ports/runs.ts'

/** A run as lists show it. */
export function runSummary(run: Run) {
  const { id, blockId, blockName, session, state, createdAt, endedAt, cost, error } = run
  return {
    id,
    block: { id: blockId, name: blockName },
    ...(session !== undefined && { session }),
    state,
    createdAt,
    endedAt,
    cost,
    error,
  }
}

/** A run with its outputs. */
export function runView({ run, outputs }: RecordedRun) {
  return { ...runSummary(run), outputs }
}
