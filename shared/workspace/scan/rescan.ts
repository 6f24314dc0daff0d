import { Readable } from 'node:stream'
import type { ReadyFile } from '../../model/file.ts'
import { scanBody } from './scan-body.ts'
import type { ByteRange } from '../../ports/blob-store.ts'
import type { Ports } from '../../ports/ports.ts'
import { quarantineOrDelete } from './quarantine-or-delete.ts'

const pageSize = 50

type RescanPorts = Pick<Ports, 'catalog' | 'blobs' | 'scanner' | 'now' | 'quarantine'>

export interface RescanOptions {
  /** After so many files, or so many bytes, a run ends; the last file may go beyond. */
  maxFiles: number
  maxBytes: number
  /** No file is begun after it. By default a run takes as long as it takes. */
  deadline?: Date
  /** Where an earlier run stopped. By default, and where the signatures have changed since, at the beginning. */
  from?: RescanPosition
  signal?: AbortSignal
}

/** Up to which file a run has come. */
export interface RescanPosition {
  behind: ReadyFile
  signaturesAt: string
}

/** What one run did. */
export interface RescanReport {
  /** Files that were scanned again, with whatever verdict. */
  scanned: number
  /** What these files hold. */
  scannedBytes: number
  /** Those of them that are infected, and not served any more. */
  infectedAfterwards: { workspaceId: string; id: string; threat: string }[]
  /** Those that this time could not be scanned; their verdict stands. */
  inconclusive: number
  /** What could not be dealt with; nothing has changed of it. */
  failures: string[]
  /** Where the next run goes on; absent where it is to look from the beginning. */
  next?: RescanPosition
}

/**
 * Scans files again that were last scanned with signatures older than the scanner's, the newest first, within limits. Safe
 * to run at any time, and twice at once: what is due is asked of the catalog alone, and each verdict is one operation that
 * checks again what it is on. A scanner that is down, or whose signatures have no instant, changes nothing.
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
  let behind = from?.signaturesAt === signaturesAt ? from.behind : undefined
  const soFar = () => ({ ...report, ...(behind && { next: { behind, signaturesAt } }) })
  for await (const file of outdated(ports, new Date(signaturesAt), behind)) {
    if (isSpent(ports, options, report)) return soFar()
    try {
      await scanAgain(ports, file, { report, signal })
    } catch (error) {
      signal?.throwIfAborted()
      report.failures.push(`${file.workspaceId}/${file.id}: ${String(error)}`)
      // Where the scanner works, the fault is the file's, and the others have their turn.
      if (!(await answers(ports))) return soFar()
    }
    behind = file
  }
  return report
}

function isSpent(
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
  // Purged meanwhile, or lost, which the sweep finds out.
  if (!body) return
  const { workspaceId } = file
  const reopen = (range?: ByteRange) => ports.blobs.read(file, range)
  const options = { reopen, workspaceId, ...(signal && { signal }) }
  const scan = await scanBody(ports, body, options).finally(() => body.destroy())
  report.scanned += 1
  report.scannedBytes += file.sizeBytes
  const { generation } = file
  const after = await ports.catalog.applyRescan(file.workspaceId, file.id, { generation, scan })
  if (after?.state === 'infected') {
    const { workspaceId, id } = after
    report.infectedAfterwards.push({ workspaceId, id, threat: after.scan.threat })
    // Links that were given out before go past the catalog.
    await quarantineOrDelete(ports, after)
  } else if (after?.scan.inconclusive) {
    report.inconclusive += 1
  }
}

/** Whether the scanner has a verdict on something harmless. */
async function answers({ scanner }: RescanPorts): Promise<boolean> {
  const probe = Readable.from([Buffer.from('Is anybody there?')])
  return scanner.scan(probe).then(
    () => true,
    () => false,
  )
}

async function* outdated(
  { catalog }: RescanPorts,
  signaturesBefore: Date,
  behind: ReadyFile | undefined,
): AsyncGenerator<ReadyFile> {
  let after = behind
  do {
    const query = { signaturesBefore, limit: pageSize, ...(after && { after }) }
    const page = await catalog.listOutdated(query)
    yield* page
    after = page.length < pageSize ? undefined : page.at(-1)
  } while (after)
}
