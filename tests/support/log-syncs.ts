import { readlinkSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

export interface LogSyncs extends Disposable {
  /** The number of started syncs. */
  begun: number
}

/** Runs before a sync. Its result runs after the sync. If either throws, the sync fails. */
type Hook = () => (() => void) | undefined

/** Observes every `fdatasync` of a write-ahead log in this process until disposed. */
export async function watchLogSyncs(hook: Hook = () => undefined): Promise<LogSyncs> {
  const handle = await open(fileURLToPath(import.meta.url))
  const files = Object.getPrototypeOf(handle) as Pick<FileHandle, 'datasync'>
  await handle.close()
  const { datasync } = Object.getOwnPropertyDescriptors(files)
  const syncs: LogSyncs = {
    begun: 0,
    [Symbol.dispose]: () => void Object.defineProperty(files, 'datasync', datasync),
  }
  files.datasync = async function (this: FileHandle) {
    const isLog = readlinkSync(`/proc/self/fd/${this.fd}`).endsWith('-wal')
    if (isLog) syncs.begun += 1
    const ended = isLog ? hook() : undefined
    await datasync.value?.call(this)
    ended?.()
  }
  return syncs
}
