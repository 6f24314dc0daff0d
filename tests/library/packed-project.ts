import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

const repository = fileURLToPath(new URL('../../', import.meta.url))
const example = join(repository, 'examples/thumbnail')

/** A separate project that has this package installed from its tarball: a copy of examples/thumbnail. */
export interface PackedProject extends AsyncDisposable {
  directory: string
  /** The files in the tarball, relative to the package. */
  files: string[]
  /** Runs a program in the project. Rejects with the program's output if it fails. */
  run(program: string, args: string[], env?: Record<string, string>): Promise<string>
}

/**
 * Packs this repository and copies it into a project without npm. Links only its `dependencies` and those of the example, from
 * this repository's node_modules, so that the test does not need a registry.
 */
export async function openLinkedProject(): Promise<PackedProject> {
  await using opened = new AsyncDisposableStack()
  const project = opened.use(await openProject())
  const { directory, tarball } = project
  const own = join(directory, 'node_modules/coffer')
  await mkdir(own, { recursive: true })
  await run('tar', ['-xzf', tarball, '-C', own, '--strip-components=1'])
  const { dependencies } = JSON.parse(await readFile(join(own, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  const linked = new Set([...Object.keys(dependencies), 'sharp', '@types/node', 'typescript'])
  await Promise.all([...linked].map((name) => link(name, directory)))
  opened.move()
  return project
}

/** Packs this repository and installs it with npm. */
export async function openInstalledProject(): Promise<PackedProject> {
  await using opened = new AsyncDisposableStack()
  const project = opened.use(await openProject())
  const { directory, tarball } = project
  const manifest = join(directory, 'package.json')
  const [, name = ''] = /"coffer": "([^"]+)"/.exec(await readFile(manifest, 'utf8')) ?? []
  await cp(tarball, join(directory, name))
  await project.run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'])
  opened.move()
  return project
}

async function openProject(): Promise<PackedProject & { tarball: string }> {
  await using opened = new AsyncDisposableStack()
  const root = await mkdtemp(join(tmpdir(), 'coffer-packed-'))
  opened.defer(() => rm(root, { recursive: true, force: true }))
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', root], {
    cwd: repository,
  })
  const [{ filename, files }] = JSON.parse(stdout) as [
    { filename: string; files: { path: string }[] },
  ]
  // As deep below the root as the example in the repository, because its manifest has a relative path to the tarball.
  const directory = join(root, 'examples/thumbnail')
  const isOwn = (path: string) => !path.slice(example.length).includes('node_modules')
  await cp(example, directory, { recursive: true, filter: isOwn })
  const resources = opened.move()
  return {
    directory,
    tarball: join(root, filename),
    files: files.map(({ path }) => path),
    run: async (program, args, env = {}) =>
      (await run(program, args, { cwd: directory, env: { ...process.env, ...env } })).stdout,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

async function link(name: string, directory: string): Promise<void> {
  const place = join(directory, 'node_modules', name)
  await mkdir(dirname(place), { recursive: true })
  await symlink(join(repository, 'node_modules', name), place)
}
