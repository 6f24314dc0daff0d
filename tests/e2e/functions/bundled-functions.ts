import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { once } from '../../../shared/concurrency/once.ts'

const project = fileURLToPath(new URL('../../..', import.meta.url))

/** The bundled code of the functions, built once for this process. It is inside the project, to find `node_modules`. */
export const bundledFunctions = once(async () => {
  const parent = join(project, '.cache')
  await mkdir(parent, { recursive: true })
  const directory = await mkdtemp(join(parent, 'test-bundle-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  const bundler = join(project, 'scripts/bundle.ts')
  await promisify(execFile)(process.execPath, [bundler, '--directory', directory])
  return { directory, program: join(directory, 'main.js') }
})
