import { randomUUID } from 'node:crypto'
import type { Config } from './config.ts'
import type { LocalStorage } from './runtime-local.ts'
import { openScanner } from './runtime-scanner.ts'
import type { FileId } from './workspace/path.ts'
import type { BlobStore, Catalog, Ports } from './workspace/ports.ts'

/** Everything that a function runs on, built from the configuration; the only importer of adapters. */
export interface Runtime extends AsyncDisposable {
  ports: Ports
  /** Set over SQLite and the disk: the event queue and the store's own links are the process's to serve. */
  local: LocalStorage | undefined
  /** What an operator should know of the scanner that was found. */
  scannerNotice: string
}

const now = () => new Date()
const newId = () => randomUUID() as FileId

/** Loads only what the configuration asks for: a function's cold start pays for nothing else. */
export async function openRuntime(config: Config): Promise<Runtime> {
  await using opened = new AsyncDisposableStack()
  const local = await openLocal(config, opened)
  const { catalog, blobs } = local ?? (await openCloud(config))
  const { scanner, notice } = opened.use(await openScanner(config))
  const ports: Ports = { catalog, blobs, scanner, now, newId, limits: config.limits }
  const resources = opened.move()
  return {
    ports,
    local,
    scannerNotice: notice,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

async function openLocal(
  { storage, quotaBytes }: Config,
  opened: AsyncDisposableStack,
): Promise<LocalStorage | undefined> {
  if (storage.kind !== 'local') return undefined
  const { openLocalStorage } = await import('./runtime-local.ts')
  return opened.use(await openLocalStorage({ directory: storage.directory, quotaBytes, now }))
}

async function openCloud({
  storage,
  quotaBytes,
}: Config): Promise<{ catalog: Catalog; blobs: BlobStore }> {
  if (storage.kind !== 'gcp') throw new Error('There is no storage of this kind')
  const { openCloudStorage } = await import('./runtime-gcp.ts')
  return openCloudStorage({ ...storage, quotaBytes, now })
}
