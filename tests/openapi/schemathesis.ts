import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startLocalServer } from '../e2e/local/local-server.ts'
import { startIssuer } from '../e2e/support/issuer.ts'

/**
 * `npm run test:openapi` runs schemathesis against a server with an OpenID provider: requests made from web/openapi.json, valid
 * and invalid. schemathesis.toml lists what is left out, with reasons. `SCHEMATHESIS` is the path of the program. Arguments go
 * to it, such as `--include-path /files`.
 */
const program = process.env['SCHEMATHESIS'] ?? 'schemathesis'
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))

async function main(): Promise<number> {
  if (spawnSync(program, ['--version']).error) {
    console.log('skipped: test:openapi (schemathesis is not installed)')
    return process.env['CI'] ? 1 : 0
  }
  await using opened = new AsyncDisposableStack()
  const issuer = opened.use(await startIssuer())
  const env = { ...issuer.env, CLAMAV_SERVICE_ENABLED: 'false' }
  const server = opened.use(await startLocalServer(env))
  // It writes its cache into the current directory.
  const directory = await mkdtemp(join(tmpdir(), 'coffer-schemathesis-'))
  opened.defer(() => rm(directory, { recursive: true, force: true }))
  const token = await issuer.token('schemathesis')
  const options = [
    '--config-file',
    path('schemathesis.toml'),
    'run',
    path('../../web/openapi.json'),
    '--url',
    `${server.url}/api/workspace`,
    '--header',
    `Authorization: Bearer ${token}`,
    ...process.argv.slice(2),
  ]
  // The issuer answers from this process, so it must not block.
  const child = spawn(program, options, { cwd: directory, stdio: 'inherit' })
  const [status] = (await once(child, 'exit')) as [number | null]
  return status ?? 1
}

process.exitCode = await main()
