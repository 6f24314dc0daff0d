import { tmpdir } from 'node:os'
import { inspect } from 'node:util'
import { blocks } from '../../blocks/index.ts'
import { loadModules } from '../../shared/blocks/load-modules.ts'
import { openRegistry, type Registry } from '../../shared/blocks/registry.ts'
import { openExecutor, type Executor } from '../../shared/blocks/run/executor.ts'
import type { Config } from '../../shared/config/config.ts'
import type { LogEntry } from '../../shared/observability/log.ts'
import type { Ports } from '../../shared/ports/ports.ts'
import { openPrograms } from '../../shared/runtime/programs.ts'
import { openMedia } from '../../shared/workspace/store-media/store-media.ts'
import { startLoop } from './loop.ts'

/** The blocks of this server, and what runs them. */
export interface Blocks {
  registry: Registry
  executor: Executor
}

const sweepIntervalMs = 60_000
const maxDirectoryBytes = 1024 ** 3

/** Loads the blocks of this repository and of BLOCK_MODULES. Throws for two blocks with one id or name. */
export async function openBlocks(
  ports: Ports,
  config: Pick<Config, 'blocks' | 'temporaryDirectory'>,
  log: (entry: LogEntry) => void,
): Promise<Blocks> {
  const { modules, requiresSandbox, maxSeconds } = config.blocks
  const registry = openRegistry([...blocks, ...(await loadModules(modules))])
  const temporaryDirectory = config.temporaryDirectory ?? tmpdir()
  const executor = openExecutor({
    ports,
    media: openMedia(ports, { temporaryDirectory, maxExecutionBytes: maxDirectoryBytes }),
    programs: await openPrograms({ requiresSandbox }),
    temporaryDirectory,
    maxSeconds,
    maxDirectoryBytes,
    onFault(error, { runId, block }) {
      log({
        severity: 'ERROR',
        message: `The block ${block.name} has a fault in run ${runId}: ${String(error)}`,
        stack_trace: inspect(error),
      })
    },
    onError(error) {
      log({ severity: 'WARNING', message: `A run cannot renew its record: ${String(error)}` })
    },
  })
  return { registry, executor }
}

/** Sweeps runs immediately and every minute. Returns a function that stops it. */
export function startRunSweeping(
  executor: Executor,
  log: (entry: LogEntry) => void,
): () => Promise<void> {
  const sweeping = startLoop({
    name: 'The sweep of runs',
    log,
    async round() {
      await executor.sweep()
      return sweepIntervalMs
    },
  })
  return async () => sweeping[Symbol.asyncDispose]()
}
