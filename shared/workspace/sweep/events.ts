import { startPosition, type OpenPhase } from './phase.ts'

/** The events that one step deletes, in some milliseconds. */
const maxPurged = 1000

/** Deletes events after their retention. */
export const events: OpenPhase =
  ({ ports, dryRun }) =>
  async (_, { examined }) => {
    const purged = dryRun ? 0 : await ports.trail.purgeExpired(maxPurged)
    for (let i = 0; i < purged; i += 1) examined()
    return purged === maxPurged ? startPosition : undefined
  }
