import { mkdtemp, rmdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { makeDirectory } from '../adapters/files/durable.ts'

/**
 * Creates the directory of a variable if it is missing. Throws an `Error` that names the variable if this process cannot write
 * to the directory.
 */
export async function assertUsable(variable: string, path: string): Promise<void> {
  try {
    await makeDirectory(resolve(path))
    await rmdir(await mkdtemp(join(path, '.coffer-')))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${variable} must be a directory that Coffer can write to: ${reason}`, {
      cause,
    })
  }
}
