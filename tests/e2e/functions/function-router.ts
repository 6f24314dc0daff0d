import type { IncomingMessage } from 'node:http'
import type { ProxyTarget } from '../support/proxy.ts'
import type { Server } from '../support/target.ts'

/** The routes of a load balancer: the first matching method and path selects the function. */
const routes: [name: string, methods: RegExp, path: RegExp][] = [
  ['admin', /^/, /^\/admin\//],
  ['mcp', /^/, /^\/(mcp$|\.well-known\/)/],
  ['storage', /^/, /^\/(signed\/|uploads\/.)/],
  ['upload', /^(POST|PUT)$/, /^\/(files$|content|uploads|imports)/],
  ['download', /^(GET|HEAD)$/, /^\/archive/],
  ['download', /^/, /^\/(shares|s\/)/],
  ['changes', /^(GET|HEAD)$/, /^\/events/],
  ['folders', /^/, /^\/(folders|operations)/],
  ['list', /^(GET|HEAD)$/, /^\/(files|usage)$/],
  ['download', /^(GET|HEAD)$/, /^\/files\/[^/]*\/download$/],
  ['update', /^(PATCH|POST)$/, /^\/files\//],
  ['delete', /^DELETE$/, /^/],
  ['read', /^/, /^/],
]

export const functionNames = routes.map(([name]) => name)

/** The function that receives a request, of functions in separate processes. */
export function routeAmong(
  functions: ReadonlyMap<string, Server>,
): (incoming: IncomingMessage) => ProxyTarget | undefined {
  return (incoming) => {
    const server = functions.get(nameOf(incoming) ?? '')
    return server && { origin: server.url, path: incoming.url ?? '' }
  }
}

function nameOf({ method = '', url = '', headers }: IncomingMessage): string | undefined {
  // A preflight goes to the function of the actual request.
  const asked = method === 'OPTIONS' ? headers['access-control-request-method'] : undefined
  const [path = ''] = url.replace(/^\/api\/workspace/, '').split('?')
  return routes.find(([, methods, paths]) => methods.test(asked ?? method) && paths.test(path))?.[0]
}
