import { randomUUID } from 'node:crypto'
import type { Config } from './config.ts'
import type { LocalStorage } from './runtime-local.ts'
import { openScanner } from './runtime-scanner.ts'
import type { FileId } from './workspace/path.ts'
import type { Ports } from './workspace/ports.ts'

/** Everything that a function runs on, built from the configuration; the only importer of adapters. */
export interface Runtime extends AsyncDisposable {
  ports: Ports
  /** Set over SQLite and the disk: the event queue and the store's own links are the process's to serve. */
  local: LocalStorage
  /** What an operator should know of the scanner that was found. */
  scannerNotice: string
}

const now = () => new Date()

export async function openRuntime(config: Config): Promise<Runtime> {
  if (config.storage.kind === 'gcp') {
    throw new Error(
      'MEDIA_GCS_BUCKET_NAME is set, and this version of Coffer stores on the local disk only. Unset it.',
    )
  }
  const { directory } = config.storage
  const { openLocalStorage } = await import('./runtime-local.ts')
  await using opened = new AsyncDisposableStack()
  const local = opened.use(
    await openLocalStorage({ directory, quotaBytes: config.quotaBytes, now }),
  )
  const { scanner, notice } = opened.use(await openScanner(config.clamd, directory))
  const ports: Ports = {
    catalog: local.catalog,
    blobs: local.blobs,
    scanner,
    now,
    newId: () => randomUUID() as FileId,
    limits: config.limits,
  }
  const resources = opened.move()
  return {
    ports,
    local,
    scannerNotice: notice,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
