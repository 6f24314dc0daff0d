import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cachedBundle } from '../cached-bundle.js'

/** The root of the project. A bundle is three folders below it, as this file is. */
const project = fileURLToPath(new URL('../../../', import.meta.url))

/**
 * Resolves to the folder of the built file browser. The first request after a change of its sources builds it, in about 300 ms.
 * Without rolldown, which is a development dependency, resolves to the one that `npm run build:web` has built.
 */
export async function builtPage(): Promise<string> {
  try {
    return await cachedBundle({
      project,
      inputs: [
        'web/**/*.{ts,tsx,css,html,svg}',
        'shared/client/*.ts',
        'scripts/build-web.ts',
        'package-lock.json',
      ],
      cache: join(project, '.cache/web'),
      build(directory) {
        const command = ['scripts/build-web.ts', '--directory', directory]
        return promisify(execFile)(process.execPath, command, { cwd: project })
      },
    })
  } catch (error) {
    const built = join(project, 'web/dist')
    if (existsSync(join(built, 'index.html'))) return built
    throw error
  }
}
