import { createHash } from 'node:crypto'
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { ClamdScanner } from '../../../shared/adapters/clamd/clamd-scanner.ts'
import { ask } from '../../../shared/adapters/clamd/exchange.ts'
import {
  clamdNote,
  eicarThreat,
  skipWithoutClamd,
  startClamd,
  type TestClamd,
} from '../../support/clamd/clamd.ts'
import { eicar } from '../../support/files/eicar.ts'

const unavailable = expect.objectContaining({ code: 'scanner-unavailable' })
const infected = { verdict: 'infected', threat: eicarThreat }
const clean = { verdict: 'clean' }
const patience = { timeout: 20_000, interval: 20 }

const body = (bytes: Buffer) => Readable.from([bytes])
const unending = () => new Readable({ read: () => undefined })
const over = ({ socketPath }: TestClamd) => new ClamdScanner({ path: socketPath })

/** A stream that sends half of its bytes and then waits for commands. */
async function halfSent(scanner: ClamdScanner) {
  const stream = unending()
  stream.push(Buffer.alloc(1_000_000, 'x'))
  const scan = scanner.scan(stream)
  scan.catch(() => undefined)
  await vi.waitFor(() => expect(stream.readableLength).toBe(0), patience)
  return { stream, scan }
}

describe.skipIf(skipWithoutClamd)(
  `clamd reports an infected file with the threat name${clamdNote}`,
  () => {
    test.each(['OK', 'Trojan.OK', 'Not.FOUND', 'FOUND', 'ERROR', 'stream.OK'])(
      '%s',
      async (name) => {
        const bytes = Buffer.from(`the signature of ${name}`)
        await using clamd = await startClamd([], [`${name}:0:*:${bytes.toString('hex')}`])
        const threat = `${name}.UNOFFICIAL`
        expect(await over(clamd).scan(body(bytes))).toEqual({ verdict: 'infected', threat })
      },
    )
  },
)

describe.skipIf(skipWithoutClamd)(`a clamd that reloads its signatures${clamdNote}`, () => {
  test('keeps giving verdicts and uses the new signatures afterwards', async () => {
    await using clamd = await startClamd()
    const scanner = over(clamd)
    const novelty = Buffer.from('only the new signatures know this')
    const { stream, scan } = await halfSent(scanner)

    const md5 = createHash('md5').update(novelty).digest('hex')
    await writeFile(join(clamd.databaseDirectory, 'new.hdb'), `${md5}:${novelty.length}:Novelty\n`)
    expect(await ask({ path: clamd.socketPath }, 'RELOAD')).toBe('RELOADING')
    const verdicts = Array.from({ length: 50 }, () => scanner.scan(body(eicar())))
    expect(new Set((await Promise.all(verdicts)).map(({ verdict }) => verdict))).toEqual(
      new Set(['infected']),
    )
    await vi.waitFor(async () => {
      const verdict = await scanner.scan(body(novelty))
      expect(verdict).toEqual({ verdict: 'infected', threat: 'Novelty.UNOFFICIAL' })
    }, patience)
    stream.push(null)
    expect(await scan).toEqual(clean)
  })

  test('keeps the old signatures if the new ones are broken', async () => {
    await using clamd = await startClamd()
    await appendFile(join(clamd.databaseDirectory, 'test.hdb'), 'not a signature\n')
    expect(await ask({ path: clamd.socketPath }, 'RELOAD')).toBe('RELOADING')
    for (let round = 0; round < 20; round += 1)
      expect(await over(clamd).scan(body(eicar()))).toEqual(infected)
  })
})

describe.skipIf(skipWithoutClamd)(`a clamd that is out of threads${clamdNote}`, () => {
  test('scans every file, each one after another has finished', async () => {
    await using clamd = await startClamd(['MaxThreads 1', 'MaxQueue 2'])
    const scanner = new ClamdScanner({ path: clamd.socketPath }, { concurrency: 8 })
    const { stream, scan } = await halfSent(scanner)
    const others = Array.from({ length: 7 }, () => scanner.scan(body(eicar())))
    stream.push(null)
    expect(await scan).toEqual(clean)
    expect(await Promise.all(others)).toEqual(others.map(() => infected))
  })
})

describe.skipIf(skipWithoutClamd)(`a clamd that hangs${clamdNote}`, () => {
  test('is scanner-unavailable after the timeout and gives verdicts after it resumes', async () => {
    await using clamd = await startClamd()
    const timeouts = { connectTimeoutMs: 300, idleTimeoutMs: 300, replyTimeoutMs: 300 }
    const scanner = new ClamdScanner({ path: clamd.socketPath }, timeouts)
    clamd.signal('SIGSTOP')
    await expect(scanner.scan(body(eicar()))).rejects.toEqual(unavailable)
    await expect(scanner.scan(body(Buffer.alloc(4_000_000)))).rejects.toEqual(unavailable)
    await expect(scanner.version()).rejects.toEqual(unavailable)
    clamd.signal('SIGCONT')
    const patient = over(clamd)
    expect(await patient.scan(body(eicar()))).toEqual(infected)
    expect((await scanner.version()).engine).toMatch(/^ClamAV/)
  })
})

describe.skipIf(skipWithoutClamd)(`a clamd that is killed${clamdNote}`, () => {
  test('during a stream fails this scan and later scans with scanner-unavailable', async () => {
    await using clamd = await startClamd()
    const scanner = over(clamd)
    const { stream, scan } = await halfSent(scanner)
    clamd.signal('SIGKILL')
    await expect(scan).rejects.toEqual(unavailable)
    expect(stream.destroyed).toBe(true)
    await expect(scanner.scan(body(eicar()))).rejects.toEqual(unavailable)
  })

  test('and restarted at the same address gives verdicts to the same scanner', async () => {
    const first = await startClamd()
    const scanner = new ClamdScanner({ host: first.host, port: first.port })
    expect(await scanner.scan(body(eicar()))).toEqual(infected)
    first.signal('SIGKILL')
    await first[Symbol.asyncDispose]()
    await expect(scanner.scan(body(eicar()))).rejects.toEqual(unavailable)
    await using second = await startClamd([], undefined, first.port)
    expect(second.port).toBe(first.port)
    expect(await scanner.scan(body(eicar()))).toEqual(infected)
  })
})

describe.skipIf(skipWithoutClamd)(`scans of several workspaces${clamdNote}`, () => {
  test('give a verdict for a small file while four large files of another user are being scanned', async () => {
    await using clamd = await startClamd()
    const scanner = new ClamdScanner({ path: clamd.socketPath }, { concurrency: 4 })
    const large = Array.from({ length: 4 }, unending)
    const ended: number[] = []
    const scans = large.map(async (stream, index) => {
      stream.push(Buffer.alloc(1_000_000, 'x'))
      await scanner.scan(stream, { workspaceId: 'ann' })
      ended.push(index)
    })
    const begun = () => large.filter((stream) => stream.readableLength === 0).length
    await vi.waitFor(() => expect(begun()).toBe(3), patience)
    expect(await scanner.scan(body(eicar()), { workspaceId: 'bob' })).toEqual(infected)
    expect(ended).toEqual([])
    for (const stream of large) stream.push(null)
    await Promise.all(scans)
    expect(ended).toHaveLength(4)
  })
})
