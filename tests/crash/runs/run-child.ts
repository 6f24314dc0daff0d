import { openExecutor } from '../../../shared/blocks/run/executor.ts'
import { loadConfig } from '../../../shared/config/load-config.ts'
import { openPrograms } from '../../../shared/runtime/programs.ts'
import { openRuntime } from '../../../shared/runtime/runtime.ts'
import { openMedia } from '../../../shared/workspace/store-media/store-media.ts'
import { paused } from '../../blocks/paused-block.ts'

/** Longer than the lease of a run, so that the parent finds it ended at once. */
const behindMs = 120_000

const now = () => new Date(Date.now() - behindMs)

/**
 * Runs a block and kills itself at a point: before or after a call of the record of runs, or after an event. Its clock is behind, so
 * that the lease of its run is over when the parent looks.
 */
async function main([directory = '', temporaryDirectory = '', point = '']: string[]) {
  const reached = (name: string) => {
    if (name === point) process.kill(process.pid, 'SIGKILL')
  }
  const env = { WORKSPACE_STORAGE_DIR: directory, CLAMAV_SERVICE_ENABLED: 'false' }
  await using runtime = await openRuntime(loadConfig(env, { isServed: false }), () => undefined)
  const runs = new Proxy(runtime.ports.runs, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return async (...args: unknown[]): Promise<unknown> => {
        reached(`before ${String(name)}`)
        const result: unknown = await Reflect.apply(member, target, args)
        reached(`after ${String(name)}`)
        return result
      }
    },
  })
  const ports = { ...runtime.ports, runs, now }
  const executor = openExecutor({
    ports,
    media: openMedia(ports, { temporaryDirectory }),
    programs: await openPrograms({ requiresSandbox: false }),
    temporaryDirectory,
    maxSeconds: 60,
    maxDirectoryBytes: 1024 ** 2,
    onError: () => undefined,
  })
  const events = executor.execute({
    block: paused,
    input: { seconds: 0 },
    caller: { workspaceId: 'ann' },
    idempotencyKey: 'key',
    signal: new AbortController().signal,
  })
  for await (const { type } of events) reached(type)
}

await main(process.argv.slice(2))
