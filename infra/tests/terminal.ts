import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { text } from 'node:stream/consumers'
import { startGoogle, type Answers } from './google.ts'

const infra = fileURLToPath(new URL('..', import.meta.url))
const redirect = new URL('./redirect-google.ts', import.meta.url).href

export interface Ran {
  status: number
  out: string
  err: string
  /** Command lines of the programs that the script called. */
  calls: string[]
}

/**
 * Runs a script like npm. `programs` are shell scripts that replace pulumi, gcloud and others, by name.
 */
export async function runScript(
  script: string,
  args: string[],
  { programs, google = {} }: { programs: Record<string, string>; google?: Answers },
): Promise<Ran> {
  await using stack = new AsyncDisposableStack()
  const { origin } = stack.use(await startGoogle(google))
  const directory = await mkdtemp(join(tmpdir(), 'coffer-infra-'))
  stack.defer(() => rm(directory, { recursive: true, force: true }))
  const log = join(directory, 'calls')
  const bin = join(directory, 'bin')
  await mkdir(bin)
  await writeFile(log, '')
  for (const [name, body] of Object.entries(programs)) {
    const file = join(bin, name)
    await writeFile(file, `#!/bin/sh\nprintf '%s\\n' "${name} $*" >>${log}\n${body}\n`)
    await chmod(file, 0o755)
  }
  const child = spawn(process.execPath, [join(infra, 'scripts', script), ...args], {
    cwd: infra,
    env: {
      PATH: `${bin}:/usr/bin:/bin`,
      HOME: directory,
      NODE_OPTIONS: `--import ${redirect}`,
      GOOGLE_STAND_IN: origin,
      GCE_METADATA_HOST: new URL(origin).host,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number]>,
  ])
  const calls = (await readFile(log, 'utf8')).split('\n').filter(Boolean)
  return { status, out, err, calls }
}
