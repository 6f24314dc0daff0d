import { burstsOf, lognormal, seededRandom, type Burst, type Load } from './bursts.ts'
import { EventQueue } from './event-queue.ts'
import { WorkspaceDocument, type DocumentLimits } from './workspace-document.ts'

export interface Service extends DocumentLimits {
  /** Files that all instances of `scan` examine at the same time. */
  scanSlots: number
  scanBytesPerSecond: number
  /** Time of a scan without its bytes: the event, the requests and the verdict. */
  scanSeconds: number
}

interface Upload {
  at: number
  step: 'reserve' | 'scan' | 'settle'
  bytes: number
  waited: { document: number; scanner: number }
  burst: Burst & { begun: number }
}

export interface Delays {
  /** Sorted seconds that uploads waited for the document of their workspace, and for a scanner. */
  document: Float64Array
  scanner: Float64Array
  uploads: number
  /** Commits of all workspaces. */
  commits: number
  /** The most uploads that began in one second. */
  mostInASecond: number
  /** The time of the last settlement. */
  endsAt: number
}

const maxBytes = 100_000_000
const client = { bytesPerSecond: 2_500_000, medianBytes: 200_000, bytesSigma: 1.8 }

/** Simulates the busiest hour. */
export function simulate(load: Load, service: Service, seed: number): Delays {
  const random = seededRandom(seed)
  return simulateBursts(burstsOf(load, random), service, seed)
}

/**
 * Each upload changes its workspace twice, at its reservation and its settlement, and is scanned in between. Scans take turns in
 * the order of their arrival. A client starts the next file of its burst when one is settled.
 */
export function simulateBursts(bursts: Burst[], service: Service, seed: number): Delays {
  const random = seededRandom(seed)
  const events = new EventQueue<Upload>()
  const scanners = new EventQueue<{ at: number }>()
  for (let i = 0; i < service.scanSlots; i++) scanners.push({ at: 0 })
  const workspaces = new Map<number, WorkspaceDocument>()
  const begunIn = new Map<number, number>()
  const waits: Upload['waited'][] = []
  let endsAt = 0

  const begin = (burst: Upload['burst'], at: number) => {
    if (burst.begun >= burst.files) return
    burst.begun += 1
    const bytes = Math.min(maxBytes, lognormal(random, client.medianBytes, client.bytesSigma))
    begunIn.set(Math.floor(at), (begunIn.get(Math.floor(at)) ?? 0) + 1)
    events.push({ at, step: 'reserve', bytes, waited: { document: 0, scanner: 0 }, burst })
  }
  const change = (upload: Upload): number => {
    const { user } = upload.burst
    const workspace = workspaces.get(user) ?? new WorkspaceDocument(service)
    workspaces.set(user, workspace)
    const startsAt = workspace.commitOf(upload.at, random)
    upload.waited.document += startsAt - upload.at
    return startsAt
  }
  for (const burst of bursts) {
    const begun = { ...burst, begun: 0 }
    for (let i = 0; i < burst.parallel; i++) begin(begun, burst.at)
  }
  for (let upload = events.pop(); upload; upload = events.pop()) {
    if (upload.step === 'reserve') {
      const at = change(upload) + upload.bytes / client.bytesPerSecond
      events.push({ ...upload, step: 'scan', at })
    } else if (upload.step === 'scan') {
      const start = Math.max(upload.at, scanners.pop()?.at ?? 0)
      const end = start + service.scanSeconds + upload.bytes / service.scanBytesPerSecond
      scanners.push({ at: end })
      upload.waited.scanner += start - upload.at
      events.push({ ...upload, step: 'settle', at: end })
    } else {
      endsAt = change(upload)
      waits.push(upload.waited)
      begin(upload.burst, endsAt)
    }
  }
  return {
    document: Float64Array.from(waits, ({ document }) => document).sort(),
    scanner: Float64Array.from(waits, ({ scanner }) => scanner).sort(),
    uploads: waits.length,
    commits: workspaces.values().reduce((sum, { commits }) => sum + commits, 0),
    mostInASecond: begunIn.values().reduce((most, count) => Math.max(most, count), 0),
    endsAt,
  }
}

export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}
