import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startLocalServer } from '../../e2e/local/local-server.ts'

/**
 * `npm run test:agents` runs the official tools of the Model Context Protocol against a local server: the conformance suite in both
 * revisions with the baselines here, the inspector with `--strict`, and the Python client. `AGENT_TOOLS` is a directory with their
 * npm packages, `AGENT_PYTHON` a Python with the package `mcp`. `.ci/run` installs them.
 */
const tools = process.env['AGENT_TOOLS'] ?? ''
const python = process.env['AGENT_PYTHON'] ?? ''
const own = (name: string) => fileURLToPath(new URL(name, import.meta.url))

const revisions = ['2025-11-25', '2026-07-28']
const eras = ['legacy', 'modern']

async function main(): Promise<number> {
  if (!existsSync(tools) || !existsSync(python)) {
    process.stdout.write(
      'skipped: test:agents (AGENT_TOOLS and AGENT_PYTHON name no installed tools)\n',
    )
    return process.env['CI'] ? 1 : 0
  }
  await using opened = new AsyncDisposableStack()
  const server = opened.use(await startLocalServer({ CLAMAV_SERVICE_ENABLED: 'false' }))
  const home = await mkdtemp(join(tmpdir(), 'coffer-agents-'))
  opened.defer(() => rm(home, { recursive: true, force: true }))
  const url = `${server.url}/api/workspace/mcp`
  const bin = (name: string) => join(tools, 'node_modules/.bin', name)
  const conformance = (revision: string) => {
    const baseline = own(`baseline-${revision}.yml`)
    const options = `--requirements ${revision} --expected-failures ${baseline} -o ${home}/${revision}`
    return [process.execPath, bin('conformance'), 'server', '--url', url].concat(options.split(' '))
  }
  const inspector = (era: string) => {
    const options = `--transport http --protocol-era ${era} --method tools/list --strict --format json`
    return [process.execPath, bin('mcp-inspector'), '--cli', url].concat(options.split(' '))
  }
  const commands = revisions.map(conformance).concat(eras.map(inspector))
  commands.push([python, own('client.py'), url])
  let failures = 0
  for (const command of commands) failures += (await succeeds(command, home)) ? 0 : 1
  process.stdout.write(
    `${commands.length - failures} of ${commands.length} official tools passed\n`,
  )
  return failures === 0 ? 0 : 1
}

/** Shows the output only of a command that fails. */
async function succeeds([program = '', ...args]: string[], home: string): Promise<boolean> {
  const child = spawn(program, args, { cwd: home, env: { ...process.env, HOME: home } })
  const output: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => output.push(chunk))
  }
  const [status] = (await once(child, 'exit')) as [number | null]
  if (status === 0) return true
  process.stdout.write(
    `failed: ${[program, ...args].join(' ')}\n${Buffer.concat(output).toString()}\n`,
  )
  return false
}

process.exitCode = await main()
