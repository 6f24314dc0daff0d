import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { promisify } from 'node:util'

/** The program on the `PATH`, and where packages put it that leave it out of a normal user's `PATH`. */
const programs = [
  'clamd',
  '/usr/sbin/clamd',
  '/usr/local/sbin/clamd',
  '/opt/homebrew/sbin/clamd',
  '/opt/homebrew/opt/clamav/sbin/clamd',
]
/** Where the packages of Debian and its like, of the project itself and of Homebrew keep the signatures. */
const databases = [
  '/var/lib/clamav',
  '/usr/local/share/clamav',
  '/opt/homebrew/var/lib/clamav',
  '/usr/local/var/lib/clamav',
]
/** Files that hold signatures of malware; `bytecode` alone has too few to count as a database. */
const signatureFile = /^(?!bytecode\.).+\.(?:cvd|cld|hdb|hsb|mdb|msb|ndb|ldb|cdb|db|yara?)$/

/** An installed clamd with signatures to start it with, or why there is none. */
export type InstalledClamd =
  | { found: true; program: string; databaseDirectory: string }
  | { found: false; reason: 'not-installed' | 'no-signatures' }

/** Looks for clamd and for the system's signatures: clamd refuses to start without any. */
export async function findClamd(): Promise<InstalledClamd> {
  const program = await findProgram()
  if (program === undefined) return { found: false, reason: 'not-installed' }
  const databaseDirectory = await firstWhere(databases, hasSignatures)
  if (databaseDirectory === undefined) return { found: false, reason: 'no-signatures' }
  return { found: true, program, databaseDirectory }
}

/** The first program that runs, of those where clamd may be; undefined when it is not installed. */
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

/** False for a directory that is not there or may not be read. */
export async function hasSignatures(directory: string): Promise<boolean> {
  const names = await readdir(directory).catch(() => [])
  return names.some((name) => signatureFile.test(name))
}
