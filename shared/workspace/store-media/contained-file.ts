import { constants } from 'node:fs'
import { lstat, open, realpath, stat, type FileHandle } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { WorkspaceError } from '../../model/errors.ts'
import { refusedSource } from '../../media/source-refusals.ts'

/**
 * Returns a path relative to a directory. Accepts a relative path, which may have `.` segments, or an absolute path below
 * the directory, by its given or its real path. Throws `invalid-request` for others.
 */
export async function containedPath(directory: string, path: string): Promise<string> {
  const real = await realpath(directory).catch(() => directory)
  const root = [resolve(directory), real].map((it) => `${it}/`).find((it) => path.startsWith(it))
  const relative = path.slice(root?.length ?? 0)
  if (relative.startsWith('/')) throw outside('must be in the directory of the execution')
  if (/[\\\0]/.test(relative)) throw outside('must not contain "\\" or NUL')
  const segments = relative.split('/').filter((segment) => segment !== '.')
  if (segments.length === 0 || segments.some((segment) => segment === '' || segment === '..')) {
    throw outside('must name a file, without an empty or ".." segment')
  }
  return segments.join('/')
}

/**
 * Opens a regular file below a directory by its `containedPath`. Follows no symbolic link. Throws `invalid-request` with the
 * violated rule, or `not-found`.
 */
export async function openContained(directory: string, path: string): Promise<FileHandle> {
  const segments = path.split('/')
  const full = join(directory, ...segments)
  try {
    await assertNoLink(directory, segments)
    // Without O_NONBLOCK, opening a FIFO blocks.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
    const handle = await open(full, flags)
    try {
      await assertSame(handle, directory, segments)
      return handle
    } catch (error) {
      await handle.close()
      throw error
    }
  } catch (error) {
    throw refusalOf(error)
  }
}

async function assertNoLink(directory: string, segments: string[]): Promise<void> {
  for (let depth = 0; depth < segments.length; depth++) {
    const entry = await lstat(join(directory, ...segments.slice(0, depth)))
    if (!entry.isDirectory()) throw outside('must not lead through a symbolic link or a file')
  }
}

/** Throws if the path was replaced by a link while the file was opened. */
async function assertSame(handle: FileHandle, directory: string, segments: string[]) {
  const opened = await handle.stat()
  if (!opened.isFile()) throw outside('must name a regular file')
  const real = await realpath(join(directory, ...segments))
  if (real !== join(await realpath(directory), ...segments)) throw outside('must not be a link')
  const named = await stat(real)
  if (named.ino !== opened.ino || named.dev !== opened.dev) throw outside('must not be a link')
}

function refusalOf(error: unknown): unknown {
  const { code } = error as { code?: unknown }
  if (code === 'ELOOP') return outside('must not be a symbolic link')
  if (code === 'ENXIO' || code === 'EISDIR') return outside('must name a regular file')
  if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'ENAMETOOLONG') return error
  return new WorkspaceError(
    'not-found',
    'The directory of the execution has no such file. Use the path that storeMedia answered, or one below the same directory.',
    { cause: error },
  )
}

function outside(rule: string): WorkspaceError {
  return refusedSource(`names a local file, which ${rule}`)
}
