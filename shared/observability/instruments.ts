import type { Meter } from '@opentelemetry/api'
import type { Settlement } from '../model/verdict.ts'
import type { PendingCount } from '../ports/maintenance.ts'
import type { ScannerVersion } from '../ports/scanner.ts'
import type { SweepReport } from '../workspace/sweep/report.ts'

/** Seconds: the buckets of the semantic conventions for HTTP, extended to the duration of a large scan. */
const secondsBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]
const bytesBounds = [0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

const sweepResults = [
  'finished',
  'expired',
  'purged',
  'repaired',
  'missing',
  'found',
  'orphans',
  'failureCount',
] as const

/** The metrics. Every attribute has few values, none of which a user controls. */
export function createInstruments(meter: Meter) {
  const seconds = (name: string, description: string) =>
    meter.createHistogram(name, {
      description,
      unit: 's',
      advice: { explicitBucketBoundaries: secondsBounds },
    })
  const requests = seconds('http.server.request.duration', 'Requests, to the last byte out')
  const operations = seconds(
    'coffer.operation.duration',
    'Operations of catalog, blobs and scanner; `blobs.read` to its first byte',
  )
  const sizes = meter.createHistogram('coffer.scan.size', {
    description: 'Bytes of the files that got a verdict, by verdict: its count is that of verdicts',
    unit: 'By',
    advice: { explicitBucketBoundaries: bytesBounds },
  })
  const swept = meter.createCounter('coffer.sweep.results', {
    description: 'What sweeps dealt with, by the names of their reports',
    unit: '{item}',
  })
  const signatureAge = meter.createGauge('coffer.scanner.signatures.age', {
    description: 'Of the signatures that scanned last; alert above 48 h',
    unit: 's',
  })
  const pendingFiles = meter.createGauge('coffer.pending.files', {
    description: 'Pending files of all workspaces, open uploads too; counted by each sweep',
    unit: '{file}',
  })
  const pendingAge = meter.createGauge('coffer.pending.oldest.age', {
    description: 'Of the oldest of them; 0 where there is none',
    unit: 's',
  })
  return {
    answered(
      request: { method: string; status: number; route: string | undefined },
      elapsed: number,
    ): void {
      requests.record(elapsed, {
        'http.request.method': request.method,
        'http.response.status_code': request.status,
        ...(request.route !== undefined && { 'http.route': request.route }),
      })
    },
    operated(
      call: { port: string; name: string; failure: string | undefined },
      elapsed: number,
    ): void {
      operations.record(elapsed, {
        'coffer.port': call.port,
        'coffer.operation': call.name,
        ...(call.failure !== undefined && { 'error.type': call.failure }),
      })
    },
    settled({ sizeBytes, scan }: Settlement): void {
      sizes.record(sizeBytes, { 'coffer.verdict': scan.verdict })
    },
    versionSeen({ engine, signatureVersion, signaturesAt }: ScannerVersion): void {
      if (signaturesAt === undefined) return
      signatureAge.record((Date.now() - Date.parse(signaturesAt)) / 1000, {
        'coffer.engine': engine,
        'coffer.signatures': signatureVersion ?? 'none',
      })
    },
    pendingCounted({ files, oldestCreatedAt }: PendingCount): void {
      pendingFiles.record(files)
      const age = oldestCreatedAt === undefined ? 0 : Date.now() - Date.parse(oldestCreatedAt)
      pendingAge.record(age / 1000)
    },
    swept(report: SweepReport): void {
      for (const result of sweepResults) swept.add(report[result], { 'coffer.result': result })
    },
  }
}

export type Instruments = ReturnType<typeof createInstruments>
