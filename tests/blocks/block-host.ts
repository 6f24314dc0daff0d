import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../shared/config/load-config.ts'
import type { RunHost } from '../../shared/blocks/run/run-block.ts'
import { openPrograms } from '../../shared/runtime/programs.ts'
import { openRuntime, type Runtime } from '../../shared/runtime/runtime.ts'
import { openMedia } from '../../shared/workspace/store-media/store-media.ts'

/** A real workspace on this disk, with clamd where it is installed, and an executor of blocks over it. */
export interface BlockHost extends AsyncDisposable {
  host: RunHost
  runtime: Runtime
  temporaryDirectory: string
  /** Lists the directories of runs. */
  left(): Promise<string[]>
}

export async function openBlockHost(settings: Partial<RunHost> = {}): Promise<BlockHost> {
  await using opened = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'coffer-blocks-'))
  opened.defer(() => rm(directory, { recursive: true, force: true }))
  const env = { WORKSPACE_STORAGE_DIR: join(directory, 'storage') }
  const runtime = opened.use(
    await openRuntime(loadConfig(env, { isServed: false }), () => undefined),
  )
  const temporaryDirectory = join(directory, 'tmp')
  const { ports } = runtime
  const host: RunHost = {
    ports,
    media: openMedia(ports, { temporaryDirectory }),
    programs: await openPrograms({ requiresSandbox: false }),
    maxSeconds: 300,
    maxDirectoryBytes: 1024 ** 3,
    ...settings,
  }
  const resources = opened.move()
  return {
    host,
    runtime,
    temporaryDirectory,
    async left() {
      const entries = await readdir(join(temporaryDirectory, 'exec_file')).catch(() => [])
      return entries.filter((entry) => entry !== '.incoming')
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}
