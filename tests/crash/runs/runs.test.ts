import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { openExecutor } from '../../../shared/blocks/run/executor.ts'
import { loadConfig } from '../../../shared/config/load-config.ts'
import { openPrograms } from '../../../shared/runtime/programs.ts'
import { openRuntime } from '../../../shared/runtime/runtime.ts'
import { openMedia } from '../../../shared/workspace/store-media/store-media.ts'
import { paused } from '../../blocks/paused-block.ts'

const child = fileURLToPath(new URL('run-child.ts', import.meta.url))
const interrupted = { state: 'failed', error: { code: 'interrupted' } }

test.each([
  ['after begin', { ...interrupted, cost: 0 }, []],
  ['started', { ...interrupted, cost: 0 }, []],
  ['before append', { ...interrupted, cost: 0 }, []],
  ['after append', { ...interrupted, cost: 2 }, ['file']],
  ['output', { ...interrupted, cost: 2 }, ['file']],
  ['progress', { ...interrupted, cost: 2 }, ['file']],
  ['before end', { ...interrupted, cost: 2 }, ['file', 'count']],
  ['after end', { state: 'completed', error: null, cost: 2 }, ['file', 'count']],
  ['completed', { state: 'completed', error: null, cost: 2 }, ['file', 'count']],
])(
  'a run that is killed at "%s" is settled once, and leaves no directory',
  async (point, end, names) => {
    const root = await mkdtemp(join(tmpdir(), 'coffer-killed-'))
    try {
      const [directory, temporaryDirectory] = [join(root, 'storage'), join(root, 'tmp')]
      const killed = spawn(process.execPath, [child, directory, temporaryDirectory, point], {
        stdio: 'ignore',
      })
      const [, signal] = (await once(killed, 'exit')) as [number, string]
      expect(signal).toBe('SIGKILL')

      const env = { WORKSPACE_STORAGE_DIR: directory, CLAMAV_SERVICE_ENABLED: 'false' }
      await using runtime = await openRuntime(loadConfig(env, { isServed: false }), () => undefined)
      const { ports } = runtime
      const executor = openExecutor({
        ports,
        media: openMedia(ports, { temporaryDirectory }),
        programs: await openPrograms({ requiresSandbox: false }),
        temporaryDirectory,
        maxSeconds: 60,
        maxDirectoryBytes: 1024 ** 2,
        onError: () => undefined,
      })
      const executions = join(temporaryDirectory, 'exec_file')
      const left = async () =>
        (await readdir(executions).catch(() => [])).filter((name) => name !== '.incoming')
      // As if a minute had passed since the process touched it.
      const old = new Date(Date.now() - 61_000)
      for (const name of await left()) await utimes(join(executions, name), old, old)
      await executor.sweep()
      expect(await left()).toEqual([])

      const page = await ports.runs.list({ workspaceId: 'ann', limit: 9 })
      expect(page.runs).toMatchObject([end])
      const [run] = page.runs
      const recorded = run && (await ports.runs.get(run))
      expect(recorded?.outputs.map(({ name }) => name)).toEqual(names)
      // The same key answers the record, and runs nothing.
      const types: string[] = []
      const request = {
        block: paused,
        input: { seconds: 0 },
        caller: { workspaceId: 'ann' },
        idempotencyKey: 'key',
        signal: new AbortController().signal,
      }
      for await (const { type } of executor.execute(request)) types.push(type)
      expect(types).toEqual(['started', ...names.map(() => 'output'), end.state])
      await executor.sweep()
      expect((await ports.runs.list({ workspaceId: 'ann', limit: 9 })).runs).toEqual(page.runs)
    } finally {
      await rm(root, { recursive: true, force: true })
    }
  },
)
