import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const examples = fileURLToPath(new URL('../../examples/', import.meta.url))
const viteOf = (example: string) => join(examples, example, 'node_modules/vite/bin/vite.js')
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
}

/** Skips tests of an example without `npm ci --prefix examples/…`, except in CI, where they fail. */
export function skipWithoutVite(example: string): boolean {
  return !process.env['CI'] && !existsSync(viteOf(example))
}

export interface PageServer extends AsyncDisposable {
  origin: string
  /** Builds the example for an API, and serves the result. */
  build: (api: string) => Promise<void>
}

/** A web server on another origin than the API. */
export async function startPageServer(example: string): Promise<PageServer> {
  const directory = await mkdtemp(join(tmpdir(), 'coffer-example-'))
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '', 'http://page').pathname)
    const name = path === '/' ? '/index.html' : path
    readFile(join(directory, name)).then(
      (bytes) =>
        response.setHeader('Content-Type', types[extname(name)] ?? 'text/plain').end(bytes),
      () => response.writeHead(404).end(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async build(api) {
      const env = { ...process.env, VITE_COFFER_URL: api }
      const output = ['--outDir', directory, '--emptyOutDir', '--logLevel', 'warn']
      await run(process.execPath, [viteOf(example), 'build', ...output], {
        cwd: join(examples, example),
        env,
      })
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      await rm(directory, { recursive: true, force: true })
    },
  }
}
