/**
 * How many of a number of slots one workspace may hold at once. A quarter of them, at least one, stays for the others, so
 * that the large files of one user do not hold up the small file of another. A single slot is shared by taking turns alone.
 */
export function fairShare(slots: number): number {
  return Math.max(1, slots - Math.max(1, Math.floor(slots / 4)))
}
