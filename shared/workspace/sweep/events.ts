import type { OpenPhase } from './phase.ts'

/** The events that one step deletes, in some milliseconds. */
const maxPurged = 1000

/** Deletes events after their retention. The position is a workspace. */
export const events: OpenPhase =
  ({ ports, dryRun }) =>
  async (from, { examined }) => {
    if (dryRun) return undefined
    const { purged, next } = await ports.trail.purgeExpired({ limit: maxPurged, from })
    for (let i = 0; i < purged; i += 1) examined()
    return next
  }
