import type { UnscannableReason, Verdict } from '../../model/verdict.ts'
import type { ScannerVersion } from '../../ports/scanner.ts'

const found = /^stream: (?<name>.+) FOUND$/
const sizeLimit = /^INSTREAM size limit exceeded\.?(?: ERROR)?$/
const version = /^(?<engine>ClamAV [^/]+)(?:\/(?<signatures>.+))?$/
/** The day of the week stands in front; `ctime(3)` pads the day of the month with a space. */
const builtAt = /^\d+\/\w{3} (?<date>\w{3} [ \d]\d) (?<time>\d\d:\d\d:\d\d) (?<year>\d{4})$/

/** What clamd calls a database that carries no version of its own, such as a single `.hdb` file. */
const unversioned = 'unversioned'

/** What clamd finds that says nothing of the file but that it was not looked into; the first that fits. */
const unscannable: [prefix: string, reason: UnscannableReason][] = [
  ['Heuristics.Encrypted', 'encrypted'],
  ['Heuristics.Limits.Exceeded.MaxFileSize', 'size-limit'],
  ['Heuristics.Limits.Exceeded.MaxScanSize', 'size-limit'],
  ['Heuristics.Limits.Exceeded.MaxScanTime', 'time-limit'],
  ['Heuristics.Limits.Exceeded.MaxRecursion', 'nesting-limit'],
  ['Heuristics.Limits.Exceeded.MaxFiles', 'file-count-limit'],
  ['Heuristics.Limits.Exceeded', 'scan-limit'],
  // Entries that share their bytes: how 42 KB unpack to 42 GB.
  ['Heuristics.Zip.OverlappingFiles', 'archive-bomb'],
  // The signatures of infra/clamav.
  ['Coffer.Unsupported', 'unsupported-archive'],
  ['Coffer.Encrypted', 'encrypted'],
]

/**
 * clamd's reply to INSTREAM, without its terminator, as a verdict; undefined for everything that is none: an `ERROR`,
 * an empty reply, anything unknown. Only `stream: OK` is clean, and only once clamd had every byte of the body.
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

const readable = /^stream: Coffer\.Unsupported\.(?:Zip64|Zstandard)\./

/** Whether a reply names an archive that clamd can read once it is respelled or unpacked. */
export function saysReadable(reply: string): boolean {
  return readable.test(reply)
}

/** clamd's reply to VERSION: `ClamAV 1.4.6/27800/Thu Nov 20 …`, or `ClamAV 1.4.6` for a database without a version. */
export function readVersion(reply: string): ScannerVersion | undefined {
  const groups = version.exec(reply)?.groups
  if (groups?.['engine'] === undefined) return undefined
  const signatures = groups['signatures']
  const read = { engine: groups['engine'], signatureVersion: signatures ?? unversioned }
  const signaturesAt = signatures === undefined ? undefined : readBuiltAt(signatures)
  return signaturesAt ? { ...read, signaturesAt } : read
}

/** clamd writes its local time and no zone: it is taken to run in the zone of this process, UTC in the cloud. */
function readBuiltAt(signatures: string): string | undefined {
  const groups = builtAt.exec(signatures)?.groups
  const at = new Date(`${groups?.['date']} ${groups?.['year']} ${groups?.['time']}`)
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}
