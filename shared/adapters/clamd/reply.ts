import type { ScannerVersion, Verdict } from '../../workspace/ports.ts'

const found = /^stream: (?<name>.+) FOUND$/
const sizeLimit = /^INSTREAM size limit exceeded\.?(?: ERROR)?$/
const unscannable = /^Heuristics\.(?:Limits\.Exceeded|Encrypted)(?:\.|$)/
const version = /^(?<engine>ClamAV [^/]+)(?:\/(?<signatures>.+))?$/

/** What clamd calls a database that carries no version of its own, such as a single `.hdb` file. */
const unversioned = 'unversioned'

/**
 * clamd's reply to INSTREAM, without its terminator, as a verdict; undefined for everything that is none: an `ERROR`,
 * an empty reply, anything unknown. Only `stream: OK` is clean, and only once clamd had every byte of the body.
 */
export function readVerdict(reply: string, sentAll: boolean): Verdict | undefined {
  if (reply === 'stream: OK') return sentAll ? { verdict: 'clean' } : undefined
  if (sizeLimit.test(reply)) return { verdict: 'unscannable', reason: 'size-limit' }
  const name = found.exec(reply)?.groups?.['name']
  if (name === undefined) return undefined
  if (unscannable.test(name)) return { verdict: 'unscannable', reason: name }
  return { verdict: 'infected', threat: name }
}

/** clamd's reply to VERSION: `ClamAV 1.4.6/27800/Thu Nov 20 …`, or `ClamAV 1.4.6` for a database without a version. */
export function readVersion(reply: string): ScannerVersion | undefined {
  const groups = version.exec(reply)?.groups
  if (groups?.['engine'] === undefined) return undefined
  return { engine: groups['engine'], signatureVersion: groups['signatures'] ?? unversioned }
}
