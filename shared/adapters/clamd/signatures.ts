import { mkdir, readdir, readlink, rm, stat, symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { hasSignatures } from './clamd-program.ts'

/** Signatures of content that clamd cannot unpack, for every clamd that Coffer starts. */
const shipped = [
  new URL('../../../infra/clamav/coffer.ndb', import.meta.url),
  new URL('../../../infra/clamav/coffer.ldb', import.meta.url),
].map((url): [name: string, target: string] => [basename(url.pathname), fileURLToPath(url)])

/**
 * Links the installed and the shipped signatures into one directory, because clamd reads a single directory. Removes links to
 * missing files and, on later calls, adds new files. Installed signatures override shipped signatures of the same name.
 */
export async function linkSignatures(installed: string, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  // The shipped signatures detect no malware. Without installed signatures, clamd must report that it has none.
  const wanted = new Map((await hasSignatures(installed)) ? shipped : [])
  for (const name of await readdir(installed)) {
    const target = join(installed, name)
    const isFile = await stat(target).then(
      (found) => found.isFile(),
      () => false,
    )
    if (isFile) wanted.set(name, target)
  }
  for (const name of await readdir(directory)) {
    const link = join(directory, name)
    if ((await readlink(link).catch(() => undefined)) === wanted.get(name)) wanted.delete(name)
    else await rm(link, { recursive: true, force: true })
  }
  for (const [name, target] of wanted)
    await symlink(target, join(directory, name)).catch(ignoreExisting)
}

/** Another process may have created the same link. */
function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
