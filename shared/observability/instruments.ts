import type { Meter } from '@opentelemetry/api'
import type { Settlement } from '../model/verdict.ts'
import type { PendingCount } from '../ports/maintenance.ts'
import type { ScannerVersion } from '../ports/scanner.ts'
import type { SweepReport } from '../workspace/sweep/report.ts'

/** Buckets in seconds: those of the semantic conventions for HTTP, extended to the duration of a large scan. */
const secondsBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]
const bytesBounds = [0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

const sweepResults = [
  'finished',
  'continued',
  'expired',
  'purged',
  'repaired',
  'missing',
  'found',
  'orphans',
  'failureCount',
] as const

/** The metrics. Every attribute has few values, and users control none of them. */
export function createInstruments(meter: Meter) {
  const seconds = (name: string, description: string) =>
    meter.createHistogram(name, {
      description,
      unit: 's',
      advice: { explicitBucketBoundaries: secondsBounds },
    })
  const requests = seconds(
    'http.server.request.duration',
    'Duration of requests, to the last byte of the answer',
  )
  const operations = seconds(
    'coffer.operation.duration',
    'Duration of operations of catalog, blobs and scanner; `blobs.read` to its first byte',
  )
  const sizes = meter.createHistogram('coffer.scan.size', {
    description: 'Size of settled files, by verdict; its count is the number of verdicts',
    unit: 'By',
    advice: { explicitBucketBoundaries: bytesBounds },
  })
  const swept = meter.createCounter('coffer.sweep.results', {
    description: 'Results of sweeps, by the field of the report',
    unit: '{item}',
  })
  const signatureAge = meter.createGauge('coffer.scanner.signatures.age', {
    description: 'Age of the signatures of the last scan; alert above 48 h',
    unit: 's',
  })
  const pendingFiles = meter.createGauge('coffer.pending.files', {
    description: 'Pending files of all workspaces, including open uploads; counted by each sweep',
    unit: '{file}',
  })
  const pendingAge = meter.createGauge('coffer.pending.oldest.age', {
    description: 'Age of the oldest pending file; 0 without one',
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
