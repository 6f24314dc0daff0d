import { createHash } from 'node:crypto'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ClamdProcess } from '../../../shared/adapters/clamd/clamd-process.ts'
import { findProgram } from '../../../shared/adapters/clamd/clamd-program.ts'
import { eicar } from '../files/eicar.ts'
import { freePort } from '../free-port.ts'

/** Threat names of the test database. clamd appends `.UNOFFICIAL`. */
export const eicarThreat = 'Eicar-Test-Signature.UNOFFICIAL'
export const testfileThreat = 'ClamAV-Test-File.UNOFFICIAL'

/** MD5 and size, as printed by `sigtool --md5`, of `clam.exe`, which every file of clamav-testfiles contains. */
const testfileSignature = 'aa15bcf478d165efd2065190eb473bcb:544:ClamAV-Test-File'

/** The signatures shipped with the sidecar. */
const shippedSignatures = ['coffer.ndb', 'coffer.ldb']
const shippedDirectory = fileURLToPath(new URL('../../../infra/clamav', import.meta.url))

/** Skips tests that need clamd if it is not installed, except in CI, where they fail. */
export const skipWithoutClamd = !process.env['CI'] && (await findProgram()) === undefined

/** Explains a skip in the name of the suite. */
export const clamdNote = skipWithoutClamd ? ' (skipped: clamd is not installed)' : ''

/** A real clamd that listens on a Unix socket and on a TCP port. */
export interface TestClamd extends AsyncDisposable {
  socketPath: string
  host: string
  port: number
  /** The directory of its signatures. The command RELOAD loads new ones. */
  databaseDirectory: string
  /** Sends a signal to clamd. */
  signal: (signal: NodeJS.Signals) => void
}

/**
 * Starts clamd with the shipped configuration. Its database has the shipped signatures plus those of the EICAR test file and of
 * clamav-testfiles. `settings` adds lines of configuration. `signatures` replaces the shipped ones by lines of an `.ndb` file.
 * Listens on a free port by default. Takes about 30 ms.
 */
export async function startClamd(
  settings: string[] = [],
  signatures?: string[],
  atPort?: number,
): Promise<TestClamd> {
  const program = await findProgram()
  if (program === undefined) throw new Error('clamd is not installed: apt install clamav-daemon')
  const root = await mkdtemp(join(tmpdir(), 'coffer-test-clamd-'))
  const md5 = createHash('md5').update(eicar()).digest('hex')
  const hashes = [testfileSignature, `${md5}:${eicar().length}:Eicar-Test-Signature`]
  await writeFile(join(root, 'test.hdb'), `${hashes.join('\n')}\n`)
  for (const name of signatures ? [] : shippedSignatures)
    await copyFile(join(shippedDirectory, name), join(root, name))
  if (signatures && signatures.length > 0)
    await writeFile(join(root, 'test.ndb'), `${signatures.join('\n')}\n`)
  const host = '127.0.0.1'
  const port = atPort ?? (await freePort(host))
  const clamd = await ClamdProcess.open({
    program,
    databaseDirectory: root,
    directory: join(root, 'clamd'),
    settings: [`TCPSocket ${port}`, `TCPAddr ${host}`, ...settings],
  })
  return {
    socketPath: clamd.socketPath,
    host,
    port,
    databaseDirectory: root,
    signal: (signal) => clamd.signal(signal),
    async [Symbol.asyncDispose]() {
      await clamd[Symbol.asyncDispose]()
      await rm(root, { recursive: true })
    },
  }
}
