import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { findProgram } from '../../../shared/adapters/clamd/clamd-program.ts'
import { SupervisedClamd } from '../../../shared/adapters/clamd/supervised-clamd.ts'
import { clamdNote, skipWithoutClamd } from '../../support/clamd/clamd.ts'
import { encryptedOffice } from '../../support/files/encrypted-documents.ts'
import { oddZip } from '../../support/files/odd-zip.ts'
import { scanBytes } from '../../support/clamd/scan-bytes.ts'

const unavailable = expect.objectContaining({ code: 'scanner-unavailable' })
const clean = { verdict: 'clean' }
const smallBody = () => Readable.from([Buffer.from('hello')])
const patience = { timeout: 20_000, interval: 20 }

const scansAgain = (scanner: SupervisedClamd) =>
  vi.waitFor(async () => expect(await scanner.scan(smallBody())).toEqual(clean), patience)

describe.skipIf(skipWithoutClamd)(`SupervisedClamd${clamdNote}`, () => {
  let root: string
  let messages: string[]
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'coffer-test-own-'))
    messages = []
  })
  afterEach(() => rm(root, { recursive: true }))

  const addSignatures = () =>
    writeFile(join(root, 'one.hdb'), '00000000000000000000000000000000:1:Nothing\n')

  const open = async (options: { livenessMs?: number } = {}) =>
    SupervisedClamd.open({
      start: {
        program: (await findProgram()) ?? 'clamd',
        databaseDirectory: root,
        directory: join(root, 'clamd'),
      },
      concurrency: 1,
      log: ({ message }) => messages.push(message),
      ...options,
    })

  /** Sends a signal to the clamd that spools in this test's directory. */
  async function signalClamd(signal: NodeJS.Signals): Promise<void> {
    const configs = (await readdir(tmpdir()))
      .filter((name) => name.startsWith('coffer-clamd-'))
      .map((name) => join(tmpdir(), name, 'clamd.conf'))
    for (const config of configs) {
      const settings = await readFile(config, 'utf8').catch(() => '')
      if (!settings.includes(`TemporaryDirectory ${root}/`)) continue
      const { stdout } = await promisify(execFile)('pgrep', ['-f', `config-file=${config}`])
      process.kill(Number(stdout.trim()), signal)
    }
  }

  test('delays scans and rejects version() until clamd has loaded its signatures', async () => {
    await addSignatures()
    await using scanner = await open()
    const scan = scanner.scan(smallBody())
    await expect(scanner.version()).rejects.toEqual(unavailable)
    await expect(scan).resolves.toEqual(clean)
    const engine = expect.stringMatching(/^ClamAV /)
    await expect(scanner.version()).resolves.toMatchObject({ engine })
  })

  test('loads the shipped signatures and the installed ones', async () => {
    await addSignatures()
    await using scanner = await open()
    const [[, document] = ['', Buffer.alloc(0)]] = encryptedOffice
    const archive = oddZip('document', document, { method: 8 })
    const encrypted = { verdict: 'unscannable', reason: 'encrypted' }
    expect(await scanBytes(scanner, archive)).toEqual(encrypted)
  })

  test('loads signatures that are installed later and drops removed ones', async () => {
    await addSignatures()
    await using scanner = await open({ livenessMs: 100 })
    await scansAgain(scanner)
    const linked = () => readdir(join(root, 'clamd', 'signatures'))
    const shipped = ['coffer.ldb', 'coffer.ndb']
    expect((await linked()).toSorted()).toEqual([...shipped, 'one.hdb'])
    await rename(join(root, 'one.hdb'), join(root, 'two.hdb'))
    await vi.waitFor(
      async () => expect((await linked()).toSorted()).toEqual([...shipped, 'two.hdb']),
      patience,
    )
    await scansAgain(scanner)
  })

  test('rejects a waiting scan on abort', async () => {
    await addSignatures()
    await using scanner = await open()
    const controller = new AbortController()
    const body = smallBody()
    const scan = scanner.scan(body, { signal: controller.signal })
    const reason = new Error('no longer needed')
    controller.abort(reason)
    await expect(scan).rejects.toBe(reason)
    expect(body.destroyed).toBe(true)
  })

  test('rejects every scan with scanner-unavailable if clamd does not start', async () => {
    await using scanner = await open()
    const body = smallBody()
    await expect(scanner.scan(body)).rejects.toEqual(unavailable)
    expect(body.destroyed).toBe(true)
    await expect(scanner.version()).rejects.toEqual(unavailable)
  })

  test('retries if clamd does not start, and scans once it does', async () => {
    await using scanner = await open()
    await expect(scanner.scan(smallBody())).rejects.toEqual(unavailable)
    await addSignatures()
    await scansAgain(scanner)
    expect(messages.at(0)).toMatch(/does not start.*restarting in 250 ms.*stay pending/s)
  })

  test('restarts clamd after it is killed, and logs it', async () => {
    await addSignatures()
    await using scanner = await open()
    await scansAgain(scanner)
    await signalClamd('SIGKILL')
    await vi.waitFor(() => expect(messages).toHaveLength(2), patience)
    await scansAgain(scanner)
    expect(messages).toEqual([
      expect.stringContaining('is ready'),
      'clamd ended (SIGKILL); restarting in 250 ms, files stay pending.',
      expect.stringContaining('is ready'),
    ])
  })

  test('rejects a running scan with scanner-unavailable if clamd is killed', async () => {
    await addSignatures()
    await using scanner = await open()
    await scansAgain(scanner)
    const body = new Readable({ read: () => undefined })
    body.push(Buffer.alloc(1_000_000, 'x'))
    const scan = scanner.scan(body)
    scan.catch(() => undefined)
    await vi.waitFor(() => expect(body.readableLength).toBe(0), patience)
    await signalClamd('SIGKILL')
    await expect(scan).rejects.toEqual(unavailable)
    await scansAgain(scanner)
  })

  test('restarts clamd if it hangs', async () => {
    await addSignatures()
    await using scanner = await open({ livenessMs: 300 })
    await scansAgain(scanner)
    await signalClamd('SIGSTOP')
    await vi.waitFor(() => expect(messages).toHaveLength(2), patience)
    await scansAgain(scanner)
    expect(messages[1]).toMatch(/^clamd hangs; restarting/)
  })

  test('ends on disposal while clamd is starting or between runs', async () => {
    await addSignatures()
    const starting = await open()
    const scan = starting.scan(smallBody())
    scan.catch(() => undefined)
    await starting[Symbol.asyncDispose]()
    await expect(scan).rejects.toEqual(unavailable)

    await rm(join(root, 'one.hdb'))
    const failing = await open()
    await vi.waitFor(() => expect(messages).toHaveLength(1), patience)
    await failing[Symbol.asyncDispose]()
    expect(messages).toHaveLength(1)
  })
})
