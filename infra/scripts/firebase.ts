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

/** The pinned Firebase CLI, which the emulators use too. */
const cli = `${root}tests/emulators/firebase-cli`

/** Deploys the rules that deny everything. With the topology `api`, also deploys the web page with the API under its origin. */
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

/** Replaces the functions of firebase.json, which the emulators run, with the deployed Cloud Run service. */
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
