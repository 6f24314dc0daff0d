import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const project = fileURLToPath(new URL('../../..', import.meta.url))
const program = fileURLToPath(
  new URL('node_modules/firebase-tools/lib/bin/firebase.js', import.meta.url),
)

// The terminal's interrupt reaches the CLI, too, which ends its emulators then: this process waits for that.
process.on('SIGINT', () => undefined)

/** `npm run emulators`: installs the Firebase CLI where it is missing, and starts what firebase.json names. */
if (!existsSync(program)) await run('npm', ['ci', '--ignore-scripts'], here)
// A project whose name begins with demo- exists nowhere: nothing here can reach one that does.
const command = ['emulators:start', '--project', 'demo-coffer', ...process.argv.slice(2)]
await run(process.execPath, [program, ...command], project)

/** Resolves when the command has ended well; ends this process as it ended otherwise. */
async function run(command: string, args: string[], cwd: string): Promise<void> {
  const child = spawn(command, args, { cwd, stdio: 'inherit' })
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) process.exit(code ?? 1)
}
