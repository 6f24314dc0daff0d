/** The first Node with `node:sqlite` without a flag, zstd and `await using`. Equals `engines` in package.json. */
export const oldestNode = 24

/** Throws if Node is too old. Call it before importing modules that older versions lack. */
export function assertNode(version: string): void {
  if (Number.parseInt(version) >= oldestNode) return
  throw new Error(
    `Coffer needs Node ${oldestNode} or later; this is Node ${version}. Run your program with a newer version.`,
  )
}
