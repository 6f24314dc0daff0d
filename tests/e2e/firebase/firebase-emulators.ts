import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { emulatorConfig } from '../../emulators/firebase-cli/emulator-config.ts'
import { firebaseProgram } from '../../support/firebase-cli.ts'
import { freePorts } from '../../support/free-port.ts'

const project = fileURLToPath(new URL('../../..', import.meta.url))
export const projectId = 'demo-coffer'

/** The files of the project that the emulators read besides firebase.json. */
const linked = ['package.json', 'node_modules', 'functions', 'functions.yaml', 'shared']
const settings = `.env.${projectId}`

/** The emulators in JavaScript. The others are Java programs, which the CLI would download. */
const offline = ['auth', 'eventarc', 'functions', 'hosting']
const startDeadlineMilliseconds = 110_000
const endDeadlineMilliseconds = 10_000

export interface FirebaseEmulators extends AsyncDisposable {
  /** Origins by emulator. */
  origins: Record<'auth' | 'functions' | 'hosting', string>
}

/** The emulators of the project on free ports. The settings of the project override this environment. */
export async function startFirebaseEmulators(
  env: Record<string, string>,
): Promise<FirebaseEmulators> {
  await using opened = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'coffer-firebase-'))
  opened.defer(() => rm(directory, { recursive: true, force: true }))
  for (const name of [...linked, settings])
    await symlink(join(project, name), join(directory, name))
  const build = ['scripts/build-web.ts', '--directory', join(directory, 'web/dist')]
  await promisify(execFile)(process.execPath, build, { cwd: project })
  const names = [...offline, 'hub', 'logging']
  const free = await freePorts(names.length)
  const ports = new Map(names.map((name, at) => [name, free[at] ?? 0]))
  await writeFile(join(directory, 'firebase.json'), await configured(ports))

  const command = ['emulators:start', '--project', projectId, '--only', offline.join(',')]
  const child = spawn(process.execPath, [firebaseProgram, ...command], {
    cwd: directory,
    env: { PATH: process.env['PATH'], HOME: directory, CI: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  opened.defer(() => end(child))
  await ready(child)
  const resources = opened.move()
  const origin = (name: string) => `http://127.0.0.1:${ports.get(name)}`
  return {
    origins: {
      auth: origin('auth'),
      functions: origin('functions'),
      hosting: origin('hosting'),
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

async function configured(ports: ReadonlyMap<string, number>): Promise<string> {
  const text = await readFile(join(project, 'firebase.json'), 'utf8')
  const config = JSON.parse(emulatorConfig(text)) as object
  const at = Object.fromEntries([...ports].map(([name, port]) => [name, { port }]))
  const emulators = { singleProjectMode: true, ...at, ui: { enabled: false } }
  return JSON.stringify({ ...config, emulators })
}

async function ready(child: ChildProcess): Promise<void> {
  let log = ''
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const keep = (line: string) => {
    log = `${log}${line}\n`.slice(-20_000)
    if (line.includes('All emulators ready')) resolve()
  }
  for (const output of [child.stdout, child.stderr]) {
    if (output) createInterface(output).on('line', keep)
  }
  child.once('exit', (code) => {
    const report = `the emulators ended with ${code}:\n${log}`
    reject(new Error(report))
    if (!child.killed) console.error(report)
  })
  const deadline = setTimeout(
    () => reject(new Error(`the emulators were not ready in time:\n${log}`)),
    startDeadlineMilliseconds,
  )
  await promise.finally(() => clearTimeout(deadline))
}

/** The emulators stop their functions first; a second signal stops them immediately. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const deadline = setTimeout(() => child.kill('SIGTERM'), endDeadlineMilliseconds)
  await ended
  clearTimeout(deadline)
}
