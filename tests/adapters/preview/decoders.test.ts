import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Decoders } from '../../../shared/adapters/preview/decoders.ts'
import { runImageJob } from '../../../shared/adapters/preview/image-job.ts'
import { motley } from '../../support/files/pictures.ts'

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coffer-decoders-'))
  await writeFile(join(directory, 'source'), await motley().png().toBuffer())
})
afterEach(() => rm(directory, { recursive: true }))

const job = { task: 'draw', source: 'source', target: 'target', width: 20 } as const
const signal = () => AbortSignal.timeout(20_000)

function draw(decoders: Decoders) {
  return runImageJob(decoders, job, { directory, signal: signal() })
}

/** The decoder processes that a process has started. */
function decoderPids(parent: number | 'self' = 'self'): number[] {
  const tasks = `/proc/${parent}/task`
  const children = readdirSync(tasks).flatMap((task) =>
    readFileSync(`${tasks}/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
  return children.filter((pid) => commandOf(pid).includes('image-process'))
}

/** Empty if the process has ended. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

const hasChildren = existsSync(`/proc/self/task/${process.pid}/children`)

describe.runIf(hasChildren)('decoder processes', () => {
  test('start with the first job, and one waits after it', async () => {
    const decoders = new Decoders()
    expect(decoderPids()).toEqual([])
    await draw(decoders)
    await expect.poll(() => decoderPids()).toHaveLength(1)
    const [waiting] = decoderPids()
    await draw(decoders)
    expect((await readFile(join(directory, 'target'))).subarray(8, 12).toString()).toBe('WEBP')
    await expect.poll(() => decoderPids().includes(waiting ?? 0)).toBe(false)
    await expect.poll(() => decoderPids()).toHaveLength(1)
    decoders.take().decoder.kill('time')
  })

  test('have one job each', async () => {
    const decoders = new Decoders()
    decoders.prepare()
    const [waiting] = decoderPids()
    const { decoder, hasWaited } = decoders.take()
    expect([waiting, hasWaited]).toEqual([expect.any(Number), true])
    const other = decoders.take()
    expect(other.hasWaited).toBe(false)
    decoder.kill('time')
    other.decoder.kill('time')
    await Promise.all([decoder.ended, other.decoder.ended])
  })

  test('that wait end after a time, and remove their directory', async () => {
    const decoders = new Decoders({ idleMs: 200 })
    decoders.prepare()
    const own = readlinkSync(`/proc/${decoderPids()[0]}/cwd`)
    expect(own).toContain('coffer-media-')
    await expect.poll(() => decoderPids()).toEqual([])
    await expect.poll(() => existsSync(own)).toBe(false)
    expect(decoders.take()).toMatchObject({ hasWaited: false })
  })

  test('that wait remove their directory when their program is killed', async () => {
    const module = new URL('../../../shared/adapters/preview/decoders.ts', import.meta.url)
    const script = `import { Decoders } from '${module.href}'
      new Decoders().prepare()
      setInterval(() => process.stdout.write('.'), 100)`
    const program = spawn(process.execPath, ['--input-type=module', '--eval', script])
    await once(program.stdout, 'data')
    const waiting = decoderPids(program.pid)[0]
    const own = readlinkSync(`/proc/${waiting}/cwd`)
    expect(own).toContain('coffer-media-')
    program.kill('SIGKILL')
    await expect.poll(() => existsSync(own)).toBe(false)
  })

  test('that the system ended while they waited do not refuse a picture', async () => {
    const decoders = new Decoders()
    decoders.prepare()
    const [waiting = 0] = decoderPids()
    // The job is written before this process learns of the end.
    process.kill(-waiting, 'SIGKILL')
    await draw(decoders)
    expect((await readFile(join(directory, 'target'))).length).toBeGreaterThan(0)
    decoders.take().decoder.kill('time')
  })
})
