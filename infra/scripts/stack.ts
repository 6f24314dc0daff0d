import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { checked, parsed, type Settings } from '../program/settings.ts'

const directory = fileURLToPath(new URL('..', import.meta.url))

/** The settings of the selected stack, as the program reads them. */
export function stackSettings(): Settings {
  const text = capture('pulumi', ['config', '--json'])
  const given = Object.entries(JSON.parse(text) as Record<string, { value: string }>)
  const of = (namespace: string) =>
    Object.fromEntries(
      given
        .filter(([key]) => key.startsWith(`${namespace}:`))
        .map(([key, { value }]) => [key.slice(namespace.length + 1), value]),
    )
  const { project, region } = of('gcp')
  if (project === undefined || region === undefined) {
    throw new Error(
      'The stack has no project or region. Run: pulumi config set gcp:project PROJECT, and pulumi config set gcp:region REGION',
    )
  }
  const own = Object.entries(of('coffer')).map(([key, value]) => [key, parsed(value)])
  return checked(Object.fromEntries(own), { project, region })
}

export function stackOutput(name: string): string {
  return capture('pulumi', ['stack', 'output', name]).trim()
}

/** The standard output of a program. Its standard error goes to the terminal. */
function capture(program: string, args: string[]): string {
  return execFileSync(program, args, {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Runs a program with this terminal. Throws if it fails. */
export async function run(program: string, args: string[], cwd = directory): Promise<void> {
  const [status] = (await once(spawn(program, args, { cwd, stdio: 'inherit' }), 'exit')) as [
    number | null,
  ]
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}`)
}
