import type { LogEntry } from '../../shared/observability/log.ts'
import type { EventOutcome } from '../scan.ts'

/** The line for an event that is done with. */
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

/** How old the signatures are that a scan was made with; alerts watch it. */
function ageSeconds(signaturesAt: string | undefined): number | undefined {
  if (signaturesAt === undefined) return undefined
  return Math.round((Date.now() - Date.parse(signaturesAt)) / 1000)
}
