import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const project = fileURLToPath(new URL('../..', import.meta.url))

/** Bundles a module, or the programs of the image, into a directory inside the project, to find `node_modules`. */
export async function bundle(input?: string): Promise<{ directory: string } & AsyncDisposable> {
  const parent = join(project, '.cache')
  await mkdir(parent, { recursive: true })
  const directory = await mkdtemp(join(parent, 'test-bundle-'))
  const args = ['--directory', directory, ...(input === undefined ? [] : ['--input', input])]
  await promisify(execFile)(process.execPath, [join(project, 'scripts/bundle.ts'), ...args])
  return {
    directory,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}
