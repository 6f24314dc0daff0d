import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { processLimits } from '../../../shared/adapters/preview/bounds.ts'
import {
  runLimited,
  type LimitedRun,
  type ProcessLimits,
} from '../../../shared/adapters/programs/limited-process.ts'
import { watchMemory } from '../../../shared/adapters/programs/memory-watch.ts'
import { temporaryDirectory } from '../../support/disk-store.ts'

const mebibyte = 1024 * 1024
const isLinux = process.platform === 'linux'

async function run(
  args: string[],
  run: Partial<LimitedRun> = {},
  limits: Partial<ProcessLimits> = {},
) {
  await using directory = await temporaryDirectory()
  return await runLimited({
    program: process.execPath,
    args,
    directory: directory.path,
    limits: { ...processLimits, ...limits },
    signal: AbortSignal.timeout(20_000),
    maxOutputBytes: 64 * 1024,
    ...run,
  })
}

const evaluate = (script: string, ...rest: [Partial<LimitedRun>?, Partial<ProcessLimits>?]) =>
  run(['-e', script], ...rest)

test("a limited process does not inherit its parent's environment", async () => {
  process.env['COFFER_TEST_CREDENTIALS'] = 'secret'
  const ended = await evaluate('console.log(Object.keys(process.env).join())')
  delete process.env['COFFER_TEST_CREDENTIALS']
  const output = ended.how === 'exit' ? ended.output.toString().trim().split(',') : []
  expect(output.toSorted().filter((name) => !['PWD', '_'].includes(name))).toEqual([
    'HOME',
    'PATH',
    'TMPDIR',
  ])
})

test('an abort ends a limited process and its descendants', async () => {
  const script = `
    const { spawn } = require('node:child_process')
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    require('node:fs').writeFileSync(process.env.TMPDIR + '/child', String(child.pid))
    for (;;);`
  await using directory = await temporaryDirectory()
  const stop = new AbortController()
  const running = evaluate(script, { directory: directory.path, signal: stop.signal })
  const pid = await untilWritten(join(directory.path, 'child'))
  stop.abort()
  expect(await running).toEqual({ how: 'time' })
  await untilGone(pid)
})

test.runIf(isLinux)(
  'a limited process ends if it exceeds its memory, CPU time or output',
  async () => {
    const memory = await evaluate(
      'const all = []; for (;;) all.push(Buffer.alloc(16 * 2 ** 20, 1))',
      {},
      { dataBytes: 1024 * mebibyte },
    )
    expect(memory).not.toMatchObject({ how: 'exit', code: 0 })
    const cpu = await evaluate('for (;;);', {}, { cpuSeconds: 1 })
    expect(cpu).toMatchObject({ how: 'signal' })
    const output = await evaluate('for (;;) process.stdout.write("x".repeat(2 ** 16))', {
      maxOutputBytes: 1000,
    })
    expect(output).toEqual({ how: 'output' })
    const file = await evaluate(
      'require("node:fs").writeFileSync("large", Buffer.alloc(3 * 2 ** 20))',
      {},
      { fileBytes: 2 * mebibyte },
    )
    expect(file).not.toMatchObject({ how: 'exit', code: 0 })
  },
)

test.runIf(isLinux)('a limited process has the highest priority for the OOM killer', async () => {
  const ended = await evaluate(
    'process.stdout.write(require("node:fs").readFileSync("/proc/self/oom_score_adj"))',
  )
  expect(ended).toMatchObject({ how: 'exit', output: Buffer.from('1000\n') })
})

test('runLimited reports a missing program and the exit code of a failed one', async () => {
  const ended = await run([], { program: 'no-such-program' })
  expect(ended).toEqual({ how: 'missing' })
  const failed = await evaluate('console.error("damaged"); process.exit(3)')
  expect(failed).toEqual({
    how: 'exit',
    code: 3,
    output: Buffer.alloc(0),
    errors: 'damaged\n',
  })
})

test('watchMemory watches the memory on systems without a kernel limit', async () => {
  const exceeded = Promise.withResolvers<void>()
  const stop = watchMemory(process.pid, mebibyte, exceeded.resolve, 'darwin')
  await expect(exceeded.promise).resolves.toBeUndefined()
  stop()
})

async function untilWritten(path: string): Promise<number> {
  for (;;) {
    const text = await readFile(path, 'utf8').catch(() => '')
    if (text !== '') return Number(text)
    await setTimeout(10)
  }
}

async function untilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    // A zombie that its new parent has not reaped yet.
    if (isLinux && /\) Z /.test(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z ')))
      return
    await setTimeout(10)
  }
}
