import { once } from '../../shared/concurrency/once.ts'
import type { Config } from '../../shared/config/config.ts'
import type { LogEntry } from '../../shared/observability/log.ts'
import type { Ports } from '../../shared/ports/ports.ts'
import type { Blocks } from './open-blocks.ts'

interface Process {
  /** Runs work when the process ends. Undefined where instances end at any time. */
  atClose: ((work: () => Promise<void>) => void) | undefined
  log: (entry: LogEntry) => void
}

/**
 * Opens the blocks of a process at the first use, because loading them takes a sixth of the start. With `atClose` it also sweeps
 * runs until the process ends.
 */
export function lateBlocks(
  ports: Ports,
  config: Config,
  { atClose, log }: Process,
): () => Promise<Blocks> {
  let isClosed = false
  let stopSweeping: (() => Promise<void>) | undefined
  atClose?.(async () => {
    isClosed = true
    await stopSweeping?.()
  })
  return once(async () => {
    const { openBlocks, startRunSweeping } = await import('./open-blocks.ts')
    const opened = await openBlocks(ports, config, log)
    if (atClose && !isClosed) stopSweeping = startRunSweeping(opened.executor, log)
    return opened
  })
}

/** Longer than a start takes. */
const openAfterMs = 2000

/** Opens the blocks soon after the start, so that the runs of an earlier process are swept. */
export function openSoon(blocks: () => Promise<Blocks>, { atClose, log }: Process): void {
  const report = (error: unknown) =>
    log({ severity: 'ERROR', message: `The blocks cannot be opened: ${String(error)}` })
  const timer = setTimeout(() => void blocks().catch(report), openAfterMs).unref()
  atClose?.(() => Promise.resolve(clearTimeout(timer)))
}
