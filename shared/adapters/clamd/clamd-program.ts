import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { promisify } from 'node:util'

/** The program on the `PATH`, and locations of packages outside a normal user's `PATH`. */
const programs = [
  'clamd',
  '/usr/sbin/clamd',
  '/usr/local/sbin/clamd',
  '/opt/homebrew/sbin/clamd',
  '/opt/homebrew/opt/clamav/sbin/clamd',
]
/** Signature directories of Debian and its derivatives, of the ClamAV project's packages and of Homebrew. */
const databases = [
  '/var/lib/clamav',
  '/usr/local/share/clamav',
  '/opt/homebrew/var/lib/clamav',
  '/usr/local/var/lib/clamav',
]
/** Files with malware signatures. `bytecode` does not count, because it has too few. */
const signatureFile = /^(?!bytecode\.).+\.(?:cvd|cld|hdb|hsb|mdb|msb|ndb|ldb|cdb|db|yara?)$/

/** An installed clamd with signatures, or the reason why none can start. */
type InstalledClamd =
  | { found: true; program: string; databaseDirectory: string }
  | { found: false; reason: 'not-installed' | 'no-signatures' }

/** Searches for clamd and for the system's signatures. clamd does not start without signatures. */
export async function findClamd(): Promise<InstalledClamd> {
  const program = await findProgram()
  if (program === undefined) return { found: false, reason: 'not-installed' }
  const databaseDirectory = await firstWhere(databases, hasSignatures)
  if (databaseDirectory === undefined) return { found: false, reason: 'no-signatures' }
  return { found: true, program, databaseDirectory }
}

/** Resolves to the first program that runs. Undefined if clamd is not installed. */
export function findProgram(): Promise<string | undefined> {
  return firstWhere(programs, runs)
}

async function firstWhere(
  candidates: string[],
  fits: (candidate: string) => Promise<boolean>,
): Promise<string | undefined> {
  for (const candidate of candidates) if (await fits(candidate)) return candidate
  return undefined
}

async function runs(program: string): Promise<boolean> {
  try {
    await promisify(execFile)(program, ['--help'])
    return true
  } catch {
    return false
  }
}

/** Resolves to false for a directory that is missing or unreadable. */
export async function hasSignatures(directory: string): Promise<boolean> {
  const names = await readdir(directory).catch(() => [])
  return names.some((name) => signatureFile.test(name))
}
