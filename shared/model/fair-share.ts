/**
 * The number of slots that one workspace may use at the same time. Reserves a quarter of the slots, at least one, for other
 * workspaces, so that one user's large files do not block another user's small file. With a single slot, workspaces alternate.
 */
export function fairShare(slots: number): number {
  return Math.max(1, slots - Math.max(1, Math.floor(slots / 4)))
}
