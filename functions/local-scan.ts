import type { LogEntry } from '../shared/http/app-env.ts'
import type { LocalStorage } from '../shared/runtime-local.ts'
import type { Ports } from '../shared/workspace/ports.ts'
import { scan } from '../shared/workspace/scan.ts'

/** Delivers the disk's finalize events to the scan, until disposed; what is being scanned then is finished. */
export function startScanning(
  ports: Ports,
  events: LocalStorage['events'],
  { concurrency, log }: { concurrency: number; log: (entry: LogEntry) => void },
): void {
  const handle = async (event: Parameters<typeof scan>[1]) => {
    const startedAt = performance.now()
    const result = await scan(ports, event)
    if (!result?.settled) return
    log({
      severity: 'INFO',
      message: 'Scanned',
      storagePath: event.storagePath,
      verdict: result.file?.scan.verdict,
      refusal: result.refusal,
      durationMs: Math.round(performance.now() - startedAt),
    })
  }
  events.start(handle, {
    concurrency,
    onError: (error, event) =>
      log({
        severity: 'WARNING',
        message: event ? 'A scan failed and will be tried again' : 'The event queue failed',
        storagePath: event?.storagePath,
        error: String(error),
      }),
  })
}
