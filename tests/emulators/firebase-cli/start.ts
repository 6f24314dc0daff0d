import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { emulatorConfig } from './emulator-config.ts'

const here = fileURLToPath(new URL('.', import.meta.url))
const project = fileURLToPath(new URL('../../..', import.meta.url))
const program = fileURLToPath(
  new URL('node_modules/firebase-tools/lib/bin/firebase.js', import.meta.url),
)

// The terminal also interrupts the CLI, which then stops its emulators. This process waits for it.
process.on('SIGINT', () => undefined)

/** `npm run emulators` installs the Firebase CLI if it is missing, and starts the emulators of firebase.json. */
if (!existsSync(program)) await run('npm', ['ci', '--ignore-scripts'], here)
// Hosting serves the built page.
await run('npm', ['run', 'build:web'], project)
const config = 'firebase.emulators.json'
const policy = await readFile(join(project, 'firebase.json'), 'utf8')
await writeFile(join(project, config), emulatorConfig(policy))
process.on('exit', () => rmSync(join(project, config), { force: true }))
// Firebase never creates a project whose id starts with demo-, so the emulators cannot reach a real project.
const command = [
  'emulators:start',
  '--project',
  'demo-coffer',
  '--config',
  config,
  ...process.argv.slice(2),
]
await run(process.execPath, [program, ...command], project)

/** Runs a command. If it fails, exits with its exit code. */
async function run(command: string, args: string[], cwd: string): Promise<void> {
  const child = spawn(command, args, { cwd, stdio: 'inherit' })
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) process.exit(code ?? 1)
}
