import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { EicarScanner } from '../../shared/adapters/scanners/eicar-scanner.ts'
import { openFetcher } from '../../shared/adapters/web/fetch-source.ts'
import { openLocalRenderer } from '../../shared/adapters/preview/local-renderer.ts'
import { openLocalStorage, type LocalStorage } from '../../shared/runtime/local-storage.ts'
import type { PendingFile } from '../../shared/model/file.ts'
import { parseFileId, parsePath } from '../../shared/model/path.ts'
import type { Ports } from '../../shared/ports/ports.ts'
import { upload } from '../../shared/workspace/upload/upload.ts'
import type { UploadTarget } from '../../shared/model/reservation.ts'

export const caller = { workspaceId: 'ann' }

/** The real local stores in a separate directory, without a running event queue. The test advances the clock. */
export interface LocalWorkspace extends AsyncDisposable {
  ports: Ports
  storage: LocalStorage
  directory: string
  /** Advances the clock. */
  pass(milliseconds: number): void
  upload(path: string, text: string, target?: Partial<UploadTarget>): Promise<PendingFile>
}

export async function openLocalWorkspace(quotaBytes = 1_000_000): Promise<LocalWorkspace> {
  await using opened = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'coffer-workspace-'))
  opened.defer(() => rm(directory, { recursive: true, force: true }))
  let skippedMilliseconds = 0
  const now = () => new Date(Date.now() + skippedMilliseconds)
  const storage = opened.use(await openLocalStorage({ directory, quotaBytes, now }))
  const ports: Ports = {
    catalog: storage.catalog,
    folders: storage.folders,
    links: storage.links,
    runs: storage.runs,
    shares: storage.shares,
    trail: storage.trail,
    blobs: storage.blobs,
    scanner: new EicarScanner(),
    renderer: openLocalRenderer(),
    sources: { fetchUrl: openFetcher(), openObject: async () => undefined },
    now,
    newId: () => parseFileId(randomUUID()) ?? raise(),
    limits: { maxFileBytes: 1_000_000, uploadExpirySeconds: 3600, trashRetentionDays: 30 },
  }
  const resources = opened.move()
  return {
    ports,
    storage,
    directory,
    pass: (milliseconds) => void (skippedMilliseconds += milliseconds),
    upload: (path, text, target) =>
      upload(ports, caller, {
        name: 'a.txt',
        mimeType: 'text/plain',
        body: Readable.from([Buffer.from(text)]),
        sizeBytes: Buffer.byteLength(text),
        target: { ...targetOf(path), ...target },
      }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

export function targetOf(path: string): UploadTarget {
  return {
    path: parsePath(path),
    mimeType: 'text/plain',
    metadata: {},
    origin: 'user-upload',
    onConflict: 'fail',
  }
}

function raise(): never {
  throw new Error('randomUUID is a UUIDv4')
}
