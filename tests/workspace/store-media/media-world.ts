import { mkdtemp, readdir, rm, writeFile, mkdir, lstat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import {
  openMedia,
  type Media,
  type MediaContext,
  type ReturnFormat,
} from '../../../shared/workspace/store-media/store-media.ts'
import type { ExecutionsOptions } from '../../../shared/workspace/store-media/executions.ts'
import type { ReadyFile } from '../../../shared/model/file.ts'
import type { Ports } from '../../../shared/ports/ports.ts'
import { scan } from '../../../shared/workspace/scan/scan.ts'
import { upload } from '../../../shared/workspace/upload/upload.ts'
import { caller, targetOf } from '../local-workspace.ts'

/** Opens empty real stores. Disposing them deletes their contents. */
export type OpenStack = () => Promise<{ ports: Ports } & AsyncDisposable>

export const context: MediaContext = { userId: 'ann', executionId: 'run-1', workspaceId: 'ann' }

export const formats: ReturnFormat[] = [
  'for_local_processing',
  'for_external_api',
  'for_block_output',
]

export interface MediaWorld extends AsyncDisposable {
  ports: Ports
  media: Media
  /** The directory of the execution `run-1`. */
  directory: string
  /** The parent of all written files. */
  temporaryDirectory: string
  /** Adds a ready file. */
  store(path: string, bytes: Buffer | string): Promise<ReadyFile>
  /** Writes a file to the directory of the execution, like a program that runs in it. */
  put(path: string, bytes: Buffer | string): Promise<void>
  /** Lists every path below the temporary directory with the size of its file. */
  tree(): Promise<Record<string, number>>
}

export async function openMediaWorld(
  open: OpenStack,
  changed: Partial<Ports> = {},
  options: Partial<ExecutionsOptions> = {},
): Promise<MediaWorld> {
  await using opened = new AsyncDisposableStack()
  const stack = opened.use(await open())
  const ports = { ...stack.ports, ...changed }
  const temporaryDirectory = await mkdtemp(join(tmpdir(), 'coffer-media-'))
  opened.defer(() => rm(temporaryDirectory, { recursive: true, force: true }))
  const directory = join(temporaryDirectory, 'exec_file', 'run-1')
  const resources = opened.move()
  return {
    ports,
    media: openMedia(ports, { temporaryDirectory, ...options }),
    directory,
    temporaryDirectory,
    store: (path, bytes) => storeReady(stack.ports, path, Buffer.from(bytes)),
    put: async (path, bytes) => {
      const file = join(directory, path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, bytes)
    },
    tree: () => treeOf(temporaryDirectory),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

async function storeReady(ports: Ports, path: string, bytes: Buffer): Promise<ReadyFile> {
  const pending = await upload(ports, caller, {
    name: 'a',
    mimeType: 'application/octet-stream',
    body: Readable.from([bytes]),
    target: { ...targetOf(path), mimeType: 'application/octet-stream' },
  })
  const blob = await ports.blobs.stat(pending.storagePath)
  if (blob) await scan(ports, blob)
  const file = await ports.catalog.get(pending.workspaceId, pending.id)
  if (file?.state !== 'ready') throw new Error(`${path} is not ready`)
  return file
}

async function treeOf(directory: string): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {}
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue
    const path = join(entry.parentPath, entry.name)
    sizes[path.slice(directory.length + 1)] = (await lstat(path)).size
  }
  return sizes
}
