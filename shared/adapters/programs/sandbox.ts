import { access, constants } from 'node:fs/promises'
import { runLimited, type ProcessLimits } from './limited-process.ts'

/** System directories that programs read: programs, libraries, fonts. */
const systemDirectories = [
  '/usr',
  '/bin',
  '/lib',
  '/lib64',
  '/opt',
  '/etc/alternatives',
  '/etc/fonts',
  '/etc/ld.so.cache',
  '/etc/libreoffice',
  '/var/cache/fontconfig',
]

/**
 * Arguments of bubblewrap: no network, no files but programs, fonts, the `readable` paths and the directory, no processes but its
 * own.
 */
export function sandboxArgs(directory: string, readable: readonly string[] = []): string[] {
  return [
    ['--unshare-all', '--die-with-parent'],
    ['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp'],
    [...systemDirectories, ...readable].flatMap((path) => ['--ro-bind-try', path, path]),
    ['--bind', directory, directory, '--chdir', directory, '--'],
  ].flat()
}

let isKnownToWork = false

/** Resolves to true if bubblewrap is installed and the system allows its namespaces, which many containers do not. */
export async function canSandbox(
  directory: string,
  { limits, signal }: { limits: ProcessLimits; signal: AbortSignal },
): Promise<boolean> {
  if (isKnownToWork) return true
  const ended = await runLimited({
    program: 'bwrap',
    args: [...sandboxArgs(directory), 'true'],
    directory,
    limits,
    maxOutputBytes: 4096,
    signal,
  })
  isKnownToWork = ended.how === 'exit' && ended.code === 0
  return isKnownToWork
}

/** Resolves to true if a program is in the search path of programs. */
export async function isInstalled(program: string): Promise<boolean> {
  const found = await Promise.allSettled(
    ['/usr/local/bin', '/usr/bin', '/bin'].map((path) =>
      access(`${path}/${program}`, constants.X_OK),
    ),
  )
  return found.some(({ status }) => status === 'fulfilled')
}
