/** Hears of files in the storage directory that cannot be used and are skipped. */
export type ReportBadFile = (path: string, reason: unknown) => void

/** Reports each path once: what a sweep skips it meets again every ten minutes. */
export function reportOnce(log: (message: string) => void): ReportBadFile {
  const reported = new Set<string>()
  return (path, reason) => {
    if (reported.has(path)) return
    reported.add(path)
    const why = reason instanceof Error ? reason.message : String(reason)
    log(`${path} cannot be used and is skipped: ${why}`)
  }
}
