/** The first Node with all that is used: node:sqlite without a flag, zstd, `await using`. The same stands in package.json. */
export const oldestNode = 24

/** Throws for a Node that is too old, before anything is imported that it does not have. */
export function assertNode(version: string): void {
  if (Number.parseInt(version) >= oldestNode) return
  throw new Error(
    `Coffer needs Node ${oldestNode} or later, and this is Node ${version}. Run your program with a newer one.`,
  )
}
