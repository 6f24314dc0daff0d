import type { UnscannableReason, Verdict } from '../../model/verdict.ts'
import type { ScannerVersion } from '../../ports/scanner.ts'

const found = /^stream: (?<name>.+) FOUND$/
const sizeLimit = /^INSTREAM size limit exceeded\.?(?: ERROR)?$/
const version = /^(?<engine>ClamAV [^/]+)(?:\/(?<signatures>.+))?$/
/** The format of `ctime(3)`, which pads the day of the month with a space, after the version number. */
const builtAt = /^\d+\/\w{3} (?<date>\w{3} [ \d]\d) (?<time>\d\d:\d\d:\d\d) (?<year>\d{4})$/

/** The version of a database without one, such as a single `.hdb` file. */
const unversioned = 'unversioned'

/** Findings that mean that clamd did not scan all content. The first match applies. */
const unscannable: [prefix: string, reason: UnscannableReason][] = [
  ['Heuristics.Encrypted', 'encrypted'],
  ['Heuristics.Limits.Exceeded.MaxFileSize', 'size-limit'],
  ['Heuristics.Limits.Exceeded.MaxScanSize', 'size-limit'],
  ['Heuristics.Limits.Exceeded.MaxScanTime', 'time-limit'],
  ['Heuristics.Limits.Exceeded.MaxRecursion', 'nesting-limit'],
  ['Heuristics.Limits.Exceeded.MaxFiles', 'file-count-limit'],
  ['Heuristics.Limits.Exceeded', 'scan-limit'],
  // Entries that share their bytes, which lets 42 KB unpack to 42 GB.
  ['Heuristics.Zip.OverlappingFiles', 'archive-bomb'],
  // Signatures from infra/clamav.
  ['Coffer.Unsupported', 'unsupported-archive'],
  ['Coffer.Encrypted', 'encrypted'],
]

/**
 * Converts clamd's reply to INSTREAM, without its terminator, to a verdict. Returns undefined for an `ERROR`, an empty reply and
 * unknown replies. The verdict is `clean` only for `stream: OK` after clamd has received every byte of the body.
 */
export function readVerdict(reply: string, sentAll: boolean): Verdict | undefined {
  if (reply === 'stream: OK') return sentAll ? { verdict: 'clean' } : undefined
  if (sizeLimit.test(reply)) return { verdict: 'unscannable', reason: 'size-limit' }
  const name = found.exec(reply)?.groups?.['name']
  if (name === undefined) return undefined
  const reason = unscannable.find(([prefix]) => name === prefix || name.startsWith(`${prefix}.`))
  if (reason) return { verdict: 'unscannable', reason: reason[1] }
  return { verdict: 'infected', threat: name }
}

const convertible = /^stream: Coffer\.Unsupported\.(?:Zip64|Zstandard)\./

/** Returns true if a reply names an archive that clamd can scan after it has been rewritten or unpacked. */
export function isConvertible(reply: string): boolean {
  return convertible.test(reply)
}

/** Parses clamd's reply to VERSION: `ClamAV 1.4.6/27800/Thu Nov 20 …`, or `ClamAV 1.4.6` for a database without a version. */
export function readVersion(reply: string): ScannerVersion | undefined {
  const groups = version.exec(reply)?.groups
  if (groups?.['engine'] === undefined) return undefined
  const signatures = groups['signatures']
  const read = { engine: groups['engine'], signatureVersion: signatures ?? unversioned }
  const signaturesAt = signatures === undefined ? undefined : readBuiltAt(signatures)
  return signaturesAt ? { ...read, signaturesAt } : read
}

/** clamd reports its local time without a zone. Assumes the time zone of this process (UTC in the cloud). */
function readBuiltAt(signatures: string): string | undefined {
  const groups = builtAt.exec(signatures)?.groups
  const at = new Date(`${groups?.['date']} ${groups?.['year']} ${groups?.['time']}`)
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}
