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

/** The ports and services of a process, built from the configuration. Only this layer imports adapters. */
export interface Runtime extends AsyncDisposable {
  ports: Ports
  /** Set for SQLite and the disk, whose event queue and signed URLs the process must serve. */
  local: LocalStorage | undefined
  /** Undefined if neither traces nor metrics are configured. The ports are already instrumented. */
  telemetry: Telemetry | undefined
  /** A sentence for the operator that describes the scanner in use. */
  scannerNotice: string
  /** Files that the scanner's engine scans at the same time. Undefined for a scanner without an engine. */
  scanConcurrency: number | undefined
}

const now = () => new Date()
const newId = () => randomUUID() as FileId

/**
 * Opens the ports of a configuration. Loads only the code that they need, to keep cold starts short. If it starts a scanner
 * process, that process reports to `log`.
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
  const { catalog, folders, links, runs, shares, trail, blobs, quarantine } =
    local ?? (await openCloud(config))
  const { scanner, notice, concurrency } = opened.use(await openScanner(config, log))
  const renderer = lazyPort<Renderer>(async () => {
    return (await import('./renderer.ts')).openRenderer(config, log)
  }, {})
  const sources = lazyPort<Sources>(async () => {
    return (await import('./sources.ts')).openSources(config)
  }, {})
  const { limits } = config
  const services = { scanner, renderer, sources, quarantine }
  const ports = {
    catalog,
    folders,
    links,
    runs,
    shares,
    trail,
    blobs,
    ...services,
    now,
    newId,
    limits,
  }
  const resources = opened.move()
  return {
    ports: telemetry?.instrument(ports) ?? ports,
    local,
    telemetry,
    scannerNotice: notice,
    scanConcurrency: concurrency,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

async function checkDirectories({
  storage,
  quarantine: { location },
  temporaryDirectory,
}: Config): Promise<void> {
  if (storage.kind === 'local') {
    await assertUsable('WORKSPACE_STORAGE_DIR', storage.directory)
    if (location !== undefined) await assertUsable('QUARANTINE_DIR', location)
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
  { storage, quotaBytes, recordLimits, eventRetentionDays, quarantine }: Config,
  opened: AsyncDisposableStack,
  log: (message: string) => void,
): Promise<LocalStorage | undefined> {
  if (storage.kind !== 'local') return undefined
  const { openLocalStorage } = await import('./local-storage.ts')
  const { directory } = storage
  const limits = { quotaBytes, recordLimits, eventRetentionDays }
  return opened.use(await openLocalStorage({ directory, ...limits, quarantine, now, log }))
}

async function openCloud({
  storage,
  google,
  quotaBytes,
  recordLimits,
  eventRetentionDays,
  quarantine,
}: Config): Promise<CloudStorage> {
  if (storage.kind !== 'gcp') throw new Error(`Unknown storage: ${storage.kind}`)
  const { openCloudStorage } = await import('./cloud-storage.ts')
  const limits = { quotaBytes, recordLimits, eventRetentionDays }
  return openCloudStorage({ ...storage, google, ...limits, quarantine, now })
}
