import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { WorkspaceError } from '../../workspace/errors.ts'
import { previewBounds } from './bounds.ts'

const run = promisify(execFile)

/** Limits what follows it, where the system knows such a limit, and becomes it: a signal reaches the program itself. */
const limited = '(ulimit -v "$0") 2>/dev/null && ulimit -v "$0"; exec "$@"'

/** What a shell answers for a program that it does not find (POSIX, "Exit Status for Commands"). */
const notFound = 127

/**
 * Runs a program of the machine's on one hostile file, bounded in memory, time and output, and resolves to what it wrote. Throws
 * `unsupported-type` where it is not installed, gives up, or takes too long: the caller hears which.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  what: string,
): Promise<Buffer> {
  try {
    const command = ['-c', limited, `${previewBounds.programKibibytes}`, program, ...args]
    const { stdout } = await run('/bin/sh', command, {
      encoding: 'buffer',
      maxBuffer: previewBounds.frameBytes,
      timeout: previewBounds.seconds * 1000,
      killSignal: 'SIGKILL',
      // Nothing of the service's own environment: no proxy, no credentials.
      env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    })
    if (stdout.length === 0) throw new Error(`${program} wrote nothing`)
    return stdout
  } catch (error) {
    throw new WorkspaceError('unsupported-type', reasonOf(error, program, what), { cause: error })
  }
}

function reasonOf(error: unknown, program: string, what: string): string {
  const { code, killed } = error as { code?: unknown; killed?: boolean }
  if (code === 'ENOENT' || code === notFound)
    return `Previews of ${what} need the program ${program}, which is not installed on this server. Download the file itself.`
  if (killed) return `This ${what} took too long to decode. Download the file itself.`
  return `This ${what} cannot be decoded: it is damaged, encrypted or of an unknown variant. Download the file itself.`
}
