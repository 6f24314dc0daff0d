import { once } from '../shared/concurrency/once.ts'
import type { Config } from '../shared/config/config.ts'
import type { Caller } from '../shared/model/access.ts'
import { parseSessionId } from '../shared/model/path.ts'
import type { Ports } from '../shared/ports/ports.ts'
import type { Media } from '../shared/workspace/store-media/store-media.ts'
import { argumentSchemas, parseArguments } from './arguments.ts'
import type { Workspace } from './workspace.ts'

const maxDirectoryBytes = 1024 ** 3

interface RunMethodsOptions {
  ports: Ports
  media: Media
  config: Config
  temporaryDirectory: string
  warn: (message: string) => void
}

/** Runs of blocks. Loads the executor at the first one. Call once for each process. */
export function openRunMethods(options: RunMethodsOptions): {
  methods: (caller: Caller) => Pick<Workspace, 'runBlock'>
  /** Ends the records of runs whose process has crashed, and removes their directories. */
  sweep: () => Promise<void>
} {
  const { config, warn, ...host } = options
  const executor = once(async () => {
    const { openExecutor } = await import('../shared/blocks/run/executor.ts')
    const { openPrograms } = await import('../shared/runtime/programs.ts')
    const { requiresSandbox, maxSeconds } = config.blocks
    return openExecutor({
      ...host,
      programs: await openPrograms({ requiresSandbox }),
      maxSeconds,
      maxDirectoryBytes,
      onFault: (error, { runId, block }) =>
        warn(`The block ${block.name} has a fault in run ${runId}: ${String(error)}`),
      onError: (error) => warn(`A run cannot renew its record: ${String(error)}`),
    })
  })
  return {
    methods: (caller) => ({
      async *runBlock(block, input, given) {
        const { session, ...request } = parseArguments(
          argumentSchemas.runBlock,
          given ?? {},
          'options',
        )
        const opened = await executor()
        yield* opened.execute({
          block,
          input,
          caller,
          sessionId: session === undefined ? undefined : parseSessionId(session),
          idempotencyKey: request.idempotencyKey,
          signal: request.signal ?? new AbortController().signal,
        })
      },
    }),
    sweep: async () => (await executor()).sweep(),
  }
}
