/** Called for each file in the storage directory that cannot be used and is skipped. */
export type ReportBadFile = (path: string, reason: unknown) => void

/** Logs each path once, because every sweep finds the same files again. */
export function reportOnce(log: (message: string) => void): ReportBadFile {
  const reported = new Set<string>()
  return (path, reason) => {
    if (reported.has(path)) return
    reported.add(path)
    const why = reason instanceof Error ? reason.message : String(reason)
    log(`${path} cannot be used and is skipped: ${why}`)
  }
}
