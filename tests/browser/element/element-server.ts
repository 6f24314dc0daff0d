import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

export interface ElementServer extends AsyncDisposable {
  origin: string
  /** The origins that pages may load from. */
  connect: string
  /** The names of the policies of Trusted Types that pages may create. */
  trustedTypes: string
}

/** The policy of the file browser. */
function policyOf({ connect, trustedTypes }: ElementServer): string {
  return `default-src 'none'; script-src 'self'; style-src 'self'; img-src blob:; media-src ${connect}; connect-src ${connect}; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types ${trustedTypes}`
}

const folder = fileURLToPath(new URL('page/', import.meta.url))

/** Serves pages of `page/`, such as `/sheet`: its script, bundled, and its style sheet. */
export async function startElementServer(): Promise<ElementServer> {
  const scripts = new Map<string, Promise<string>>()
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://page')
    const [, name = '', extension] = /^\/(\w+)(\.\w+)?$/.exec(pathname) ?? []
    response.setHeader('Content-Security-Policy', policyOf(pages))
    const answer = async () => {
      if (extension === '.js') {
        if (!scripts.has(name)) scripts.set(name, bundle(name))
        response.setHeader('Content-Type', 'text/javascript').end(await scripts.get(name))
      } else if (pathname.startsWith('/media/')) {
        if (pathname.endsWith('/refused')) response.writeHead(403).end()
        else if (pathname.endsWith('/sound'))
          response.setHeader('Content-Type', 'audio/wave').end(silence)
        else response.setHeader('Content-Type', 'text/plain').end('the original')
      } else if (extension === '.css') {
        response.setHeader('Content-Type', 'text/css').end(await readFile(`${folder}sheet.css`))
      } else if (name) {
        response.setHeader('Content-Type', 'text/html; charset=utf-8').end(documentOf(name))
      } else response.writeHead(404).end()
    }
    answer().catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const pages: ElementServer = {
    connect: "'self'",
    trustedTypes: "'none'",
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return pages
}

/** A second of silence in WAV: 8 bits, 8 kHz, one channel. */
const silence = Buffer.alloc(44 + 8000, 0x80)
silence.write('RIFF', 0)
silence.writeUInt32LE(36 + 8000, 4)
silence.write('WAVEfmt ', 8)
for (const [at, value] of [
  [16, 16],
  [24, 8000],
  [28, 8000],
  [40, 8000],
] as const)
  silence.writeUInt32LE(value, at)
for (const [at, value] of [
  [20, 1],
  [22, 1],
  [32, 1],
  [34, 8],
] as const)
  silence.writeUInt16LE(value, at)
silence.write('data', 36)

function documentOf(name: string): string {
  const markup =
    name === 'plain'
      ? '<coffer-file src="workspace://22850e4e-0300-4000-8000-000000000001#image/png" label="A label" seen="no" shape="card"></coffer-file>'
      : ''
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${name}</title><link rel="stylesheet" href="sheet.css"><script type="module" src="${name}.js"></script><main><h1>${name}</h1>${markup}</main></html>`
}

/** Frameworks come from the example that uses them. */
const modules = fileURLToPath(new URL('../../../examples/chat/node_modules', import.meta.url))

async function bundle(name: string): Promise<string> {
  await using built = await rolldown({
    input: existsSync(`${folder}${name}.ts`) ? `${folder}${name}.ts` : `${folder}${name}.js`,
    platform: 'browser',
    resolve: { modules: [modules, 'node_modules'] },
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  })
  const { output } = await built.generate({ format: 'esm' })
  return output[0].code
}
