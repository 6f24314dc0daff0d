import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ClamdProcess } from '../../../shared/adapters/clamd/clamd-process.ts'
import { findProgram, hasSignatures } from '../../../shared/adapters/clamd/clamd-program.ts'
import { ClamdScanner } from '../../../shared/adapters/clamd/clamd-scanner.ts'
import { clamdNote, skipWithoutClamd } from '../../support/clamd/clamd.ts'

const unavailable = expect.objectContaining({ code: 'scanner-unavailable' })
const openScript = (start: object, signal: NodeJS.Signals) => `
  import { ClamdProcess } from ${JSON.stringify(import.meta.resolve('../../../shared/adapters/clamd/clamd-process.ts'))}
  const clamd = await ClamdProcess.open(${JSON.stringify(start)})
  clamd.signal('${signal}')
  console.log(clamd.socketPath)
  setInterval(() => undefined, 60_000)
`

let root: string
const writeSignature = () =>
  writeFile(join(root, 'one.hdb'), '00000000000000000000000000000000:1:Nothing\n')
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'coffer-test-process-'))
})
afterEach(() => rm(root, { recursive: true }))

async function startOptions() {
  const program = (await findProgram()) ?? 'clamd'
  return { program, databaseDirectory: root, directory: join(root, 'a', 'clamd') }
}

describe.skipIf(skipWithoutClamd)(`ClamdProcess${clamdNote}`, () => {
  test('answers once it is open, and ends and removes its socket on disposal', async () => {
    await writeSignature()
    const clamd = await ClamdProcess.open(await startOptions())
    const version = await new ClamdScanner({ path: clamd.socketPath }).version()
    expect(version.engine).toMatch(/^ClamAV /)
    expect(clamd.isRunning).toBe(true)

    await clamd[Symbol.asyncDispose]()
    expect(clamd.isRunning).toBe(false)
    const scanner = new ClamdScanner({ path: clamd.socketPath })
    await expect(scanner.version()).rejects.toEqual(unavailable)
    await expect(access(dirname(clamd.socketPath))).rejects.toThrow('ENOENT')
    expect(await readFile(join(root, 'a', 'clamd', 'clamd.log'), 'utf8')).toContain('Loaded 1 sig')
  })

  test('does not start without signatures, and reports its log', async () => {
    await expect(ClamdProcess.open(await startOptions())).rejects.toThrow(/did not start.*\S/s)
  })

  test('does not start without the program', async () => {
    const start = { ...(await startOptions()), program: join(root, 'no-clamd') }
    await expect(ClamdProcess.open(start)).rejects.toThrow('ENOENT')
  })

  test.each(['SIGCONT', 'SIGSTOP'] as const)(
    'ends when its parent process is killed (after %s to clamd)',
    async (signal) => {
      await writeSignature()
      const script = openScript(await startOptions(), signal)
      const parent = spawn(process.execPath, ['--input-type=module', '--eval', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [line] = (await once(parent.stdout, 'data')) as [Buffer]
      const socketPath = line.toString().trim()

      parent.kill('SIGKILL')
      await vi.waitFor(() => expect(access(dirname(socketPath))).rejects.toThrow('ENOENT'), {
        timeout: 10_000,
      })
      const pattern = `config-file=${join(dirname(socketPath), 'clamd.conf')}`
      await expect(promisify(execFile)('pgrep', ['-f', pattern])).rejects.toMatchObject({ code: 1 })
    },
  )
})

describe('hasSignatures', () => {
  test.each(['main.cvd', 'daily.cld', 'own.hdb', 'own.ndb', 'rules.yar'])(
    'resolves to true for a directory with %s',
    async (name) => {
      await writeFile(join(root, name), 'signatures')
      expect(await hasSignatures(root)).toBe(true)
    },
  )

  test.each(['freshclam.dat', 'bytecode.cvd', 'mirrors.dat', 'daily.cvd.tmp'])(
    'resolves to false for a directory with %s only',
    async (name) => {
      await writeFile(join(root, name), 'no signatures')
      expect(await hasSignatures(root)).toBe(false)
    },
  )

  test('resolves to false for a missing directory', async () => {
    expect(await hasSignatures(join(root, 'nowhere'))).toBe(false)
  })
})
