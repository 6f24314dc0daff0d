import { Hono } from 'hono'
import { once } from '../shared/concurrency/once.ts'
import { allowOrChallenge } from '../shared/http/auth/allow.ts'
import { allowOrigins } from '../shared/http/auth/allow-origins.ts'
import type { AuthConfig } from '../shared/http/auth/open-authenticator.ts'
import { resourceChallenge } from '../shared/http/auth/resource-metadata.ts'
import type { AppEnv } from '../shared/http/app-env.ts'
import type { Background } from '../shared/http/background.ts'
import { idleSeconds } from '../shared/http/body/body.ts'
import { readText } from '../shared/http/body/json-body.ts'
import { reportError } from '../shared/http/report-error.ts'
import { servedAs } from '../shared/http/served-as.ts'
import { absoluteUrl } from '../shared/http/target.ts'
import type { AgentBlocks } from '../shared/mcp/agent-blocks.ts'
import type { AgentRequest, McpPorts } from '../shared/mcp/agent.ts'

/** The longest message. Files travel by URL, not in messages. */
const maxBytes = 1024 * 1024

interface McpSettings {
  auth: AuthConfig
  server: { corsOrigins: readonly string[] }
}

/** `POST /mcp`: the Model Context Protocol, with the tools of an agent. Its code is loaded at the first request. */
export const mcpRoutes = (
  ports: McpPorts,
  { auth, server }: McpSettings,
  background?: Background,
  blocks?: () => Promise<AgentBlocks>,
) => {
  let onerror: ((error: Error) => void) | undefined
  const opened = once(async () => {
    const { openMcp } = await import('../shared/mcp/open-mcp.ts')
    return openMcp(ports, { onerror: (error) => onerror?.(error) })
  })
  const app = new Hono<AppEnv>()
  // In local mode authentication checks the origin, and admits all pages of this machine.
  if (auth.mode !== 'local') app.use('/mcp', allowOrigins(server.corsOrigins))
  const allowed = allowOrChallenge((c) => resourceChallenge(auth, c), 'files:read')
  return app.post('/mcp', allowed, async (c) => {
    const log = c.get('log')
    onerror ??= ({ message }) => log({ severity: 'INFO', message: `MCP: ${message}` })
    const body = parsedBody(await readText(c, { idleSeconds, maxBytes }))
    if (body === undefined) return c.json(parseError, 400)
    const answer = await opened()
    return answer(c.req.raw, body, {
      caller: c.get('caller'),
      mayWrite: c.get('scopes').has('files:write'),
      blocks: c.get('scopes').has('blocks:run') ? blocks : undefined,
      requestId: c.get('requestId'),
      absoluteUrl: (url) => absoluteUrl(c, url),
      servedAs,
      detach: background && detachTo(background),
      report: (error) => reportError(error, c, log),
    })
  })
}

function detachTo(background: Background): AgentRequest['detach'] {
  return (importing, { id }) => background.add(importing, `The import of file ${id}`)
}

/** JSON-RPC 2.0 §5.1. */
const parseError = {
  jsonrpc: '2.0',
  id: null,
  error: { code: -32_700, message: 'Parse error: the body must be JSON' },
}

/** Undefined for text that is not JSON. */
function parsedBody(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
