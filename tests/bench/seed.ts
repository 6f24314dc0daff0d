import { randomUUID } from 'node:crypto'
import { Database } from '../../shared/adapters/sqlite/database/database.ts'
import { insertFile } from '../../shared/adapters/sqlite/rows.ts'
import { writeProgress } from '../../shared/adapters/sqlite/sweep.ts'
import { nextSequence } from '../../shared/adapters/sqlite/workspaces.ts'
import type { ReadyFile } from '../../shared/model/file.ts'
import type { FileId, WorkspacePath } from '../../shared/model/ids.ts'

/** The user of a request without `Authorization` in the local mode. */
const workspaceId = 'local'
const folders = 50
/** Files in `/reports/`, a prefix with the same page at every size of the catalog. */
const reports = 50

/**
 * Writes `count` (a multiple of 50) ready files into the catalog of a storage directory in one transaction, without their
 * bytes. They are in 50 folders. One is `/reports/`, with 50 files spread over all sequences. Also stores the progress of a
 * complete sweep, so that the sweep at the start of a server does not mark the files as missing during the measurement.
 */
export async function seedCatalog(directory: string, count: number): Promise<void> {
  await using database = await Database.open(directory)
  await database.write(() => {
    for (let index = 0; index < count; index += 1) {
      insertFile(database, readyFile(pathOf(index, count), nextSequence(database, workspaceId)))
    }
    const endedAt = new Date().toISOString()
    const swept = { counters: { endedAt }, missing: { endedAt }, orphans: { endedAt } }
    writeProgress(database, JSON.stringify(swept))
  })
}

function pathOf(index: number, count: number): string {
  const name = `file-${String(index).padStart(6, '0')}.pdf`
  return index % (count / reports) === 0
    ? `/reports/${name}`
    : `/folder-${(index % (folders - 1)) + 1}/${name}`
}

function readyFile(path: string, sequence: number): ReadyFile {
  const id = randomUUID() as FileId
  const instant = new Date(Date.UTC(2026, 0, 1) + sequence * 1000).toISOString()
  const name = path.slice(path.lastIndexOf('/') + 1)
  return {
    id,
    workspaceId,
    name,
    path: path as WorkspacePath,
    sessionId: null,
    mimeType: 'application/pdf',
    sizeBytes: 1000,
    storagePath: `local://${workspaceId}/${id}/${name}`,
    metadata: { project: 'benchmark' },
    origin: 'user-upload',
    createdAt: instant,
    updatedAt: instant,
    isDeleted: false,
    deletedAt: null,
    supersededBy: null,
    sequence,
    checksum: sequence.toString(16).padStart(64, '0'),
    generation: String(sequence),
    state: 'ready',
    scan: { verdict: 'clean', engine: 'benchmark', signatureVersion: null, scannedAt: instant },
  }
}
