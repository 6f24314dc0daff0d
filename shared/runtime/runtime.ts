import { randomUUID } from 'node:crypto'
import type { Config } from '../config/config.ts'
import type { LogEntry } from '../observability/log.ts'
import { jsonLog } from '../observability/json-log.ts'
import type { CloudStorage } from './cloud-storage.ts'
import type { LocalStorage } from './local-storage.ts'
import { lazyPort } from './lazy-port.ts'
import { assertUsable } from './directories.ts'
import { openScanner } from './scanner.ts'
import type { Telemetry } from '../observability/telemetry.ts'
import type { FileId } from '../model/ids.ts'
import type { Ports } from '../ports/ports.ts'
import type { Renderer } from '../ports/renderer.ts'
import type { Sources } from '../ports/sources.ts'

/** Everything that a function runs on, built from the configuration; the only importer of adapters. */
export interface Runtime extends AsyncDisposable {
  ports: Ports
  /** Set over SQLite and the disk: the event queue and the store's own links are the process's to serve. */
  local: LocalStorage | undefined
  /** Undefined where neither traces nor metrics are configured; the ports report to it already. */
  telemetry: Telemetry | undefined
  /** What an operator should know of the scanner that was found. */
  scannerNotice: string
}

const now = () => new Date()
const newId = () => randomUUID() as FileId

/**
 * Loads only what the configuration asks for: a function's cold start pays for nothing else. What happens to a scanner of
 * its own goes to `log`, by default the standard output.
 */
export async function openRuntime(
  config: Config,
  log: (entry: LogEntry) => void = jsonLog(undefined),
): Promise<Runtime> {
  await using opened = new AsyncDisposableStack()
  await checkDirectories(config)
  const telemetry = await openTelemetry(config, opened)
  const report = (message: string) => log({ severity: 'ERROR', message })
  const local = await openLocal(config, opened, report)
  const { catalog, blobs, quarantine } = local ?? (await openCloud(config))
  const { scanner, notice } = opened.use(await openScanner(config, log))
  const renderer = lazyPort<Renderer>(async () => {
    return (await import('./renderer.ts')).openRenderer(config, log)
  }, {})
  const sources = lazyPort<Sources>(async () => {
    return (await import('./sources.ts')).openSources(config)
  }, {})
  const { limits } = config
  const ports = { catalog, blobs, scanner, renderer, sources, quarantine, now, newId, limits }
  const resources = opened.move()
  return {
    ports: telemetry?.instrument(ports) ?? ports,
    local,
    telemetry,
    scannerNotice: notice,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

async function checkDirectories({
  storage,
  quarantine: { place },
  temporaryDirectory,
}: Config): Promise<void> {
  if (storage.kind === 'local') {
    await assertUsable('WORKSPACE_STORAGE_DIR', storage.directory)
    if (place !== undefined) await assertUsable('QUARANTINE_DIR', place)
  }
  if (temporaryDirectory !== undefined) await assertUsable('MEDIA_TEMP_DIR', temporaryDirectory)
}

async function openTelemetry(
  { telemetry }: Config,
  opened: AsyncDisposableStack,
): Promise<Telemetry | undefined> {
  if (!telemetry) return undefined
  const { OpenTelemetry } = await import('../observability/open-telemetry.ts')
  return opened.use(await OpenTelemetry.open(telemetry))
}

async function openLocal(
  { storage, quotaBytes, recordLimits, quarantine }: Config,
  opened: AsyncDisposableStack,
  log: (message: string) => void,
): Promise<LocalStorage | undefined> {
  if (storage.kind !== 'local') return undefined
  const { openLocalStorage } = await import('./local-storage.ts')
  const { directory } = storage
  return opened.use(
    await openLocalStorage({ directory, quotaBytes, recordLimits, quarantine, now, log }),
  )
}

async function openCloud({
  storage,
  quotaBytes,
  recordLimits,
  quarantine,
}: Config): Promise<CloudStorage> {
  if (storage.kind !== 'gcp') throw new Error('There is no storage of this kind')
  const { openCloudStorage } = await import('./cloud-storage.ts')
  return openCloudStorage({ ...storage, quotaBytes, recordLimits, quarantine, now })
}
