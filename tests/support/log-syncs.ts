import { readlinkSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

export interface LogSyncs extends Disposable {
  /** How many have begun. */
  begun: number
}

/** Runs before a sync, and its result when the sync has ended; a throw is the sync's failure. */
type Hook = () => (() => void) | undefined

/** Watches every `fdatasync` of a write-ahead log in this process, until disposed. */
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
