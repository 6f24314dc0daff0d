import { access, constants } from 'node:fs/promises'
import { programLimits } from '../../bounds.ts'
import { runLimited } from '../../limited-process.ts'

/** System directories that LibreOffice reads: programs, libraries, fonts. */
const readOnly = [
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

/** Arguments of bubblewrap: no network, no files but programs, fonts and the directory, no processes but its own. */
function sandboxArgs(directory: string): string[] {
  return [
    ['--unshare-all', '--die-with-parent'],
    readOnly.flatMap((path) => ['--ro-bind-try', path, path]),
    ['--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp'],
    ['--bind', directory, directory, '--chdir', directory, '--'],
  ].flat()
}

let isKnownToWork = false

/** Resolves to true if bubblewrap is installed and the system allows its namespaces, which many containers do not. */
async function canSandbox(directory: string, signal: AbortSignal): Promise<boolean> {
  if (isKnownToWork) return true
  const ended = await runLimited({
    program: 'bwrap',
    args: [...sandboxArgs(directory), 'true'],
    directory,
    limits: programLimits,
    maxOutputBytes: 4096,
    signal,
  })
  isKnownToWork = ended.how === 'exit' && ended.code === 0
  return isKnownToWork
}

/**
 * Resolves to the command that runs a program in a sandbox. Without a sandbox resolves to the program itself on a sealed machine, which
 * has neither data nor network, and to undefined on any other.
 */
export async function sandboxed(
  program: string,
  { directory, isSealed, signal }: { directory: string; isSealed: boolean; signal: AbortSignal },
): Promise<{ program: string; args: string[] } | undefined> {
  if (await canSandbox(directory, signal)) {
    return { program: 'bwrap', args: [...sandboxArgs(directory), program] }
  }
  return isSealed ? { program, args: [] } : undefined
}

/** Resolves to true if a program is in the search path of decoders. */
export async function isInstalled(program: string): Promise<boolean> {
  const found = await Promise.allSettled(
    ['/usr/local/bin', '/usr/bin', '/bin'].map((path) =>
      access(`${path}/${program}`, constants.X_OK),
    ),
  )
  return found.some(({ status }) => status === 'fulfilled')
}
