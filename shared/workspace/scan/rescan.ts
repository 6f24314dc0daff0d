import { Readable } from 'node:stream'
import type { ReadyFile } from '../../model/file.ts'
import { scanBody } from './scan-body.ts'
import type { ByteRange } from '../../ports/blob-store.ts'
import type { Ports } from '../../ports/ports.ts'
import { quarantineOrDelete } from './quarantine-or-delete.ts'

const pageSize = 50

type RescanPorts = Pick<Ports, 'catalog' | 'blobs' | 'scanner' | 'now' | 'quarantine'>

export interface RescanOptions {
  /** A run ends after `maxFiles` files or `maxBytes` bytes. The last file may exceed `maxBytes`. */
  maxFiles: number
  maxBytes: number
  /** No scan starts after this instant. Without it, a run has no time limit. */
  deadline?: Date
  /** The position where an earlier run stopped. Ignored if the signatures have changed since. */
  from?: RescanPosition
  signal?: AbortSignal
}

/** The last file that a run has handled, and the signatures of the run. */
export interface RescanPosition {
  after: ReadyFile
  signaturesAt: string
}

/** The result of one run. */
export interface RescanReport {
  /** Rescanned files, with any verdict. */
  scanned: number
  /** Size of these files. */
  scannedBytes: number
  /** Files that turned out to be infected and are no longer served. */
  infectedAfterwards: { workspaceId: string; id: string; threat: string }[]
  /** Files that could not be scanned this time. They keep their verdict. */
  inconclusive: number
  /** Files whose rescan failed, with the error. They are unchanged. */
  failures: string[]
  /** Where the next run continues. Absent if it starts from the beginning. */
  next?: RescanPosition
}

/**
 * Rescans files that were last scanned with signatures older than the scanner's, newest first, within limits. Safe to run
 * at any time and concurrently: the catalog alone decides which files are due, and each verdict is one operation that
 * checks its generation. Does nothing if the scanner is down or does not report the date of its signatures.
 */
export async function rescan(ports: RescanPorts, options: RescanOptions): Promise<RescanReport> {
  const report: RescanReport = {
    scanned: 0,
    scannedBytes: 0,
    infectedAfterwards: [],
    inconclusive: 0,
    failures: [],
  }
  const { signaturesAt } = (await ports.scanner.version().catch(() => undefined)) ?? {}
  if (signaturesAt === undefined) return report
  const { from, signal } = options
  let after = from?.signaturesAt === signaturesAt ? from.after : undefined
  const interrupted = () => ({ ...report, ...(after && { next: { after, signaturesAt } }) })
  for await (const file of outdated(ports, new Date(signaturesAt), after)) {
    if (isBudgetSpent(ports, options, report)) return interrupted()
    try {
      await scanAgain(ports, file, { report, signal })
    } catch (error) {
      signal?.throwIfAborted()
      report.failures.push(`${file.workspaceId}/${file.id}: ${String(error)}`)
      // If the scanner works, the failure concerns only this file, so the run continues.
      if (!(await isWorking(ports))) return interrupted()
    }
    after = file
  }
  return report
}

function isBudgetSpent(
  { now }: RescanPorts,
  { maxFiles, maxBytes, deadline }: RescanOptions,
  { scanned, scannedBytes, failures }: RescanReport,
): boolean {
  if (deadline !== undefined && now() >= deadline) return true
  return scanned + failures.length >= maxFiles || scannedBytes >= maxBytes
}

async function scanAgain(
  ports: RescanPorts,
  file: ReadyFile,
  { report, signal }: { report: RescanReport; signal: AbortSignal | undefined },
): Promise<void> {
  const body = await ports.blobs.read(file)
  // The file has been purged, or its bytes are lost. The sweep detects lost bytes.
  if (!body) return
  const { workspaceId } = file
  const reopen = (range?: ByteRange) => ports.blobs.read(file, range)
  const options = { reopen, workspaceId, ...(signal && { signal }) }
  const scan = await scanBody(ports, body, options).finally(() => body.destroy())
  report.scanned += 1
  report.scannedBytes += file.sizeBytes
  const { generation } = file
  const updated = await ports.catalog.applyRescan(file.workspaceId, file.id, { generation, scan })
  if (updated?.state === 'infected') {
    const { workspaceId, id } = updated
    report.infectedAfterwards.push({ workspaceId, id, threat: updated.scan.threat })
    // Signed URLs bypass the catalog, so the bytes must be removed.
    await quarantineOrDelete(ports, updated)
  } else if (updated?.scan.inconclusive) {
    report.inconclusive += 1
  }
}

/** Returns whether the scanner gives a verdict on harmless bytes. */
async function isWorking({ scanner }: RescanPorts): Promise<boolean> {
  const probe = Readable.from([Buffer.from('harmless')])
  return scanner.scan(probe).then(
    () => true,
    () => false,
  )
}

async function* outdated(
  { catalog }: RescanPorts,
  signaturesBefore: Date,
  from: ReadyFile | undefined,
): AsyncGenerator<ReadyFile> {
  let after = from
  do {
    const query = { signaturesBefore, limit: pageSize, ...(after && { after }) }
    const page = await catalog.listOutdated(query)
    yield* page
    after = page.length < pageSize ? undefined : page.at(-1)
  } while (after)
}
