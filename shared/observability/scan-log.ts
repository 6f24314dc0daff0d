import type { SettleResult } from '../model/settlement.ts'
import type { FinalizeEvent } from '../ports/blob-store.ts'
import type { LogEntry } from './log.ts'

/** The outcome of an event that needs no further delivery. */
export interface EventOutcome {
  blob?: FinalizeEvent
  result?: SettleResult | undefined
  /** Why no delivery of the event can have an effect. */
  ignored?: string
  /** The event has a shape that its sender should never produce. It is logged as an error. */
  isMalformed?: boolean
}

/** The log line of an event that needs no further delivery. */
export function scanEntry(
  { blob, result, ignored, isMalformed }: EventOutcome,
  startedAt: number,
): LogEntry {
  return {
    severity: isMalformed ? 'ERROR' : 'INFO',
    message: messageOf(result?.settled, ignored),
    reason: ignored,
    ...blob,
    verdict: result?.file?.scan.verdict,
    refusal: result?.refusal,
    signatureAgeSeconds: ageSeconds(result?.file?.scan.signaturesAt),
    durationMs: Math.round(performance.now() - startedAt),
  }
}

function messageOf(isSettled: boolean | undefined, ignored: string | undefined): string {
  if (ignored !== undefined) return 'An event was ignored'
  return isSettled ? 'Scanned' : 'Nothing to scan'
}

/** The age of the signatures of a scan. An alert uses it. */
function ageSeconds(signaturesAt: string | undefined): number | undefined {
  if (signaturesAt === undefined) return undefined
  return Math.round((Date.now() - Date.parse(signaturesAt)) / 1000)
}
