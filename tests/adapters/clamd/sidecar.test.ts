import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ClamdScanner } from '../../../shared/adapters/clamd/clamd-scanner.ts'
import { clamdNote, skipWithoutClamd } from '../../support/clamd/clamd.ts'
import { freePort } from '../../support/free-port.ts'
import { eicar } from '../../support/files/eicar.ts'
import { oddZip } from '../../support/files/odd-zip.ts'
import { scanBytes } from '../../support/clamd/scan-bytes.ts'
import { signatureMirror } from '../../support/clamd/signature-mirror.ts'

const infra = fileURLToPath(new URL('../../../infra/clamav', import.meta.url))
const patience = { timeout: 20_000, interval: 50 }
/** Runs the sidecar as another user than root, like the image. */
const unprivileged = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
const scan = (port: number, bytes: Buffer) =>
  scanBytes(new ClamdScanner({ host: '127.0.0.1', port }), bytes)

const shipped = [
  'clamd.conf',
  'freshclam.conf',
  'coffer.ndb',
  'coffer.ldb',
  'entrypoint.sh',
  'health.sh',
]

describe.skipIf(skipWithoutClamd)(`the sidecar${clamdNote}`, () => {
  let root: string
  let port: number
  let sidecar: ChildProcess | undefined
  let output: string
  let mirrorUrl: string

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'coffer-test-sidecar-'))
    await chmod(root, 0o755)
    port = await freePort('127.0.0.1')
    output = ''
    mirrorUrl = `file://${join(root, 'mirror')}`
    for (const name of ['run', 'database', 'mirror', 'etc']) await mkdir(join(root, name))
    for (const name of ['run', 'database']) await chmod(join(root, name), 0o777)
    for (const name of shipped) await copyFile(join(infra, name), join(root, 'etc', name))
  })
  afterEach(async () => {
    if (sidecar?.exitCode === null && sidecar.signalCode === null) {
      sidecar.kill()
      await once(sidecar, 'exit')
    }
    await rm(root, { recursive: true })
  })

  const environment = () => ({
    PATH: `${process.env['PATH']}:/usr/sbin`,
    CLAMAV_MIRROR_URL: mirrorUrl,
    // No other directory is writable.
    TMPDIR: '/nonexistent',
    CLAMAV_SERVICE_PORT: String(port),
    SETTINGS_DIRECTORY: join(root, 'etc'),
    DATABASE_DIRECTORY: join(root, 'database'),
    RUN_DIRECTORY: join(root, 'run'),
    RETRY_SECONDS: '0.1',
    UPDATE_SECONDS: '1',
    HEALTH_SECONDS: '0.2',
    HEALTH_TIMEOUT_SECONDS: '1',
    HEALTH_MISSES: '2',
  })

  function start(): ChildProcess {
    sidecar = spawn(join(root, 'etc', 'entrypoint.sh'), {
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      ...unprivileged,
    })
    for (const stream of [sidecar.stdout, sidecar.stderr])
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
    return sidecar
  }

  const isHealthy = () =>
    promisify(execFile)(join(root, 'etc', 'health.sh'), {
      env: environment(),
      ...unprivileged,
    }).then(
      () => true,
      () => false,
    )
  const hasSignatures = (...lines: string[]) =>
    writeFile(join(root, 'mirror', 'test.hdb'), `${lines.join('\n')}\n`)
  const someSignature = '00000000000000000000000000000000:1:Nothing'
  const scans = () => vi.waitFor(() => expect(output).toContain('sidecar: clamd scans'), patience)

  async function clamdProcess(): Promise<number> {
    const { stdout } = await promisify(execFile)('pgrep', [
      '-f',
      `^[^ ]*clamd --config-file=${join(root, 'run')}`,
    ])
    return Number(stdout.trim())
  }

  test('waits for the mirror and is healthy once its signatures are loaded', async () => {
    start()
    await vi.waitFor(() => expect(output).toContain('no signatures from'), patience)
    expect(await isHealthy()).toBe(false)
    await hasSignatures(someSignature)
    await scans()
    expect(await isHealthy()).toBe(true)
    expect((await scan(port, Buffer.from('hello'))).verdict).toBe('clean')
    const nested = oddZip('inner.zip', oddZip('eicar.com', eicar(), { method: 14 }), {
      method: 8,
    })
    expect(await scan(port, nested)).toEqual({
      verdict: 'unscannable',
      reason: 'unsupported-archive',
    })
  })

  test('listens on the loopback interface only, as an unprivileged user, with the shipped settings', async () => {
    await hasSignatures(someSignature)
    start()
    await scans()
    const occupied = createServer().listen(port, '127.0.0.2')
    await once(occupied, 'listening')
    occupied.close()
    const status = await readFile(`/proc/${await clamdProcess()}/status`, 'utf8')
    expect(/^Uid:\t(\d+)/m.exec(status)?.[1]).not.toBe('0')
    const config = await readFile(join(root, 'run', 'clamd.conf'), 'utf8')
    expect(config.endsWith(await readFile(join(infra, 'clamd.conf'), 'utf8'))).toBe(true)
  })

  test('loads new signatures from the mirror while it runs', async () => {
    await hasSignatures(someSignature)
    start()
    await scans()
    await hasSignatures(someSignature, '5d41402abc4b2a76b9719d911017c592:5:Novelty')
    await vi.waitFor(
      async () =>
        expect(await readFile(join(root, 'database', 'test.hdb'), 'utf8')).toContain('Novelty'),
      patience,
    )
    await rm(join(root, 'mirror', 'test.hdb'))
    await vi.waitFor(() => expect(output).toContain('could not be updated'), patience)
    expect(await isHealthy()).toBe(true)
  })

  test('ends if clamd ends or hangs', async () => {
    await hasSignatures(someSignature)
    for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
      output = ''
      const exit = once(start(), 'exit')
      await scans()
      process.kill(await clamdProcess(), signal)
      expect(await exit).toEqual([137, null])
    }
    expect(output).toContain('clamd hangs and is killed')
  })

  test('ends with status 0 on SIGTERM', async () => {
    await hasSignatures(someSignature)
    const exit = once(start(), 'exit')
    await scans()
    sidecar?.kill('SIGTERM')
    expect(await exit).toEqual([0, null])
    expect(output).toContain('clamd ended (0)')
  })

  test('requests signatures only from the mirror if that is a URL', async () => {
    await using mirror = await signatureMirror()
    mirrorUrl = mirror.url
    start()
    await vi.waitFor(() => expect(output).toContain('no signatures from'), patience)
    const paths = mirror.asked()
    expect(paths.length).toBeGreaterThan(0)
    expect(
      paths.filter((path) => !/^\/signatures\/(daily|main|bytecode)\.c[lv]d$/.test(path)),
    ).toEqual([])
    expect(output).not.toContain('clamav.net')
  })
})
