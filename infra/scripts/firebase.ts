import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { root } from '../program/sources.ts'
import type { Settings } from '../program/settings.ts'
import { run } from './stack.ts'

interface Rewrite {
  source: string
  function?: unknown
  run?: { serviceId: string; region: string }
}

export interface FirebaseConfig {
  hosting: { rewrites: Rewrite[] }
  functions?: unknown
}

/** The Firebase CLI that the emulators use, pinned in a package of its own. */
const cli = `${root}tests/emulators/firebase-cli`

/** The web page and the rules that deny everything; the API is behind the page's own origin where it is one function. */
export async function deployFirebase(settings: Settings): Promise<void> {
  const file = `${root}firebase.deploy.json`
  const config = JSON.parse(readFileSync(`${root}firebase.json`, 'utf8')) as FirebaseConfig
  writeFileSync(file, JSON.stringify(forCloudRun(config, settings)))
  try {
    await run('npm', ['ci', '--prefix', cli])
    const what = settings.topology === 'api' ? 'hosting,firestore:rules' : 'firestore:rules'
    const how = ['--config', file, '--project', settings.project, '--non-interactive']
    await run(`${cli}/node_modules/.bin/firebase`, ['deploy', '--only', what, ...how], root)
  } finally {
    rmSync(file)
  }
}

/** firebase.json is for the emulators, which run functions; the same rewrites to the Cloud Run service that is deployed. */
export function forCloudRun(
  config: FirebaseConfig,
  { name, region }: Pick<Settings, 'name' | 'region'>,
): FirebaseConfig {
  const { functions: _, ...rest } = config
  const rewrites = config.hosting.rewrites.map(({ source, function: fn, ...others }) =>
    fn === undefined
      ? { source, ...others }
      : { source, run: { serviceId: `${name}-api`, region } },
  )
  return { ...rest, hosting: { ...config.hosting, rewrites } }
}
