import type { FileRecord, ReadyFile } from '../../../shared/model/file.ts'
import { parseFileId } from '../../../shared/model/path.ts'
import type { FileId } from '../../../shared/model/ids.ts'
import type { Ports } from '../../../shared/ports/ports.ts'
import {
  rescan,
  type RescanOptions,
  type RescanReport,
} from '../../../shared/workspace/scan/rescan.ts'
import { scan } from '../../../shared/workspace/scan/scan.ts'
import type { UploadTarget } from '../../../shared/model/reservation.ts'
import { SignatureScanner } from '../../support/clamd/signature-scanner.ts'
import { openLocalWorkspace, type LocalWorkspace } from '../local-workspace.ts'

export interface RescanWorld extends AsyncDisposable {
  workspace: LocalWorkspace
  ports: Ports
  scanner: SignatureScanner
  /** Adds a ready file, scanned with the current signatures. */
  ready(path: string, text: string, target?: Partial<UploadTarget>): Promise<ReadyFile>
  get(file: { id: string }): Promise<FileRecord | undefined>
  run(options?: Partial<RescanOptions>): Promise<RescanReport>
}

/** Opens a workspace on the real local stores, with a scanner whose signatures the test can update. */
export async function openRescanWorld(quotaBytes?: number): Promise<RescanWorld> {
  const workspace = await openLocalWorkspace(quotaBytes)
  const scanner = new SignatureScanner()
  const ports = Object.assign(workspace.ports, {
    scanner,
    quarantine: workspace.storage.quarantine,
  })
  return {
    workspace,
    ports,
    scanner,
    ready: async (path, text, target) => {
      // Advances the clock, because the order of files with the same timestamp is undefined.
      workspace.pass(1)
      const pending = await workspace.upload(path, text, target)
      const blob = await ports.blobs.stat(pending.storagePath)
      const result = blob && (await scan(ports, blob))
      if (result?.file?.state !== 'ready') throw new Error(`${path} did not become ready`)
      scanner.scanned.length = 0
      return result.file
    },
    get: ({ id }) => ports.catalog.get('ann', parseFileId(id) as FileId),
    run: (options) => rescan(ports, { maxFiles: 100, maxBytes: 1_000_000, ...options }),
    [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
  }
}
