import type { LogEntry } from '../../shared/observability/log.ts'
import type { LocalStorage } from '../../shared/runtime/local-storage.ts'
import type { Telemetry } from '../../shared/observability/telemetry.ts'
import type { Ports } from '../../shared/ports/ports.ts'
import { scan } from '../../shared/workspace/scan/scan.ts'
import { scanEntry } from '../../shared/observability/scan-log.ts'

interface ScanningOptions {
  concurrency: number | undefined
  log: (entry: LogEntry) => void
  telemetry?: Pick<Telemetry, 'event'> | undefined
}

/** Scans the files of the disk's finalize events until the queue is disposed, which waits for running scans. */
export function startScanning(
  ports: Ports,
  events: LocalStorage['events'],
  { concurrency, log, telemetry }: ScanningOptions,
): void {
  const handle = async (event: Parameters<typeof scan>[1]) => {
    const startedAt = performance.now()
    const work = async (trace?: LogEntry['trace']) => {
      const result = await scan(ports, event)
      log({ ...scanEntry({ blob: event, result }, startedAt), trace })
    }
    await (telemetry ? telemetry.event('scan', undefined, work) : work())
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
