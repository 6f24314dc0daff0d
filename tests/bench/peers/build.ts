import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const sources = fileURLToPath(new URL('.', import.meta.url))
/** Ignored by git, and kept between runs. */
const cache = fileURLToPath(new URL('../../../.cache/bench', import.meta.url))

/** The programs that could not be built, with the reason. */
export const leftOut = new Map<string, string>()

/**
 * Builds the program of a folder from its pinned Go modules. Takes minutes the first time. Resolves to its path; undefined if Go
 * is not installed or the modules cannot be downloaded.
 */
export async function buildPeer(name: string): Promise<string | undefined> {
  const program = join(cache, name)
  try {
    await mkdir(cache, { recursive: true })
    await run('go', ['build', '-o', program, '.'], { cwd: join(sources, name) })
    return program
  } catch (error) {
    leftOut.set(name, reasonOf(error))
    console.error(`${name} is left out: ${reasonOf(error)}`)
    return undefined
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if ('code' in error && error.code === 'ENOENT') return 'Go is not installed'
  return 'stderr' in error ? String(error.stderr).trim() : error.message
}
