import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ClamdProcess } from '../../../shared/adapters/clamd/clamd-process.ts'
import { findProgram } from '../../../shared/adapters/clamd/clamd-program.ts'
import { eicar } from '../files/eicar.ts'

/** What the test database calls what it knows; clamd adds that it is not an official signature. */
export const eicarThreat = 'Eicar-Test-Signature.UNOFFICIAL'
export const testfileThreat = 'ClamAV-Test-File.UNOFFICIAL'

/** MD5 and size, as `sigtool --md5` prints them, of `clam.exe`, which every file of clamav-testfiles holds. */
const testfileSignature = 'aa15bcf478d165efd2065190eb473bcb:544:ClamAV-Test-File'

/** The signatures that ship with the sidecar. */
const shippedSignatures = ['coffer.ndb', 'coffer.ldb']
const shippedDirectory = fileURLToPath(new URL('../../../infra/clamav', import.meta.url))

/** Tests that need clamd are skipped where it is not installed, but never in CI: there they fail. */
export const skipWithoutClamd = !process.env['CI'] && (await findProgram()) === undefined

/** Says in the name of a skipped suite why it is. */
export const clamdNote = skipWithoutClamd ? ' (skipped: clamd is not installed)' : ''

/** A real clamd, listening on a Unix socket and on a TCP port. */
export interface TestClamd extends AsyncDisposable {
  socketPath: string
  host: string
  port: number
  /** Where its signatures are: it takes new ones at the command RELOAD. */
  databaseDirectory: string
  /** Sends it a signal. */
  signal: (signal: NodeJS.Signals) => void
}

/**
 * Starts clamd with the shipped configuration and a database of the shipped signatures and two more: the EICAR test file
 * and clamav-testfiles. `settings` are further lines of configuration, `signatures` of an `.ndb` file in place of the
 * shipped one. Listens on a free port unless told which. Takes about 30 ms.
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

/** A port that nobody listens on now. */
export async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
