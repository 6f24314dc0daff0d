import { createMcpHandler, type AuthInfo } from '@modelcontextprotocol/server'
import { openConcurrencyLimiter, tooManyImports } from '../concurrency/concurrency-limiter.ts'
import { openAppends } from '../workspace/text/append-text.ts'
import type { AgentRequest, McpPorts } from './agent.ts'
import { openCalls } from './calls.ts'
import { serverFor, type Shared } from './server.ts'

/** Answers one HTTP request of the Model Context Protocol. */
export type AnswerMcp = (
  request: Request,
  parsedBody: unknown,
  agent: AgentRequest,
) => Promise<Response>

interface McpOptions {
  onerror: (error: Error) => void
  /** The longest time of one call. Clients give up after 60 seconds. */
  callMs?: number
}

const defaultCallMs = 45_000

/** Concurrent imports of one user. One may continue after its call. */
const maxImports = 32

/** Open subscriptions of one process. Nothing is ever sent on them. */
const maxSubscriptions = 8

/**
 * Opens the MCP server: both revisions of the protocol, without sessions. The definitions of the tools are made once. A server of the
 * SDK is made for each request, because one that is reused leaks (modelcontextprotocol/typescript-sdk#2607).
 */
export function openMcp(
  ports: McpPorts,
  { onerror, callMs = defaultCallMs }: McpOptions,
): AnswerMcp {
  const shared: Shared = {
    ports,
    append: openAppends(ports),
    imports: openConcurrencyLimiter({ perUser: maxImports, refusal: tooManyImports }),
    calls: openCalls(callMs),
  }
  const handler = createMcpHandler(({ authInfo }) => serverFor(shared, requestOf(authInfo)), {
    onerror,
    maxSubscriptions,
  })
  return (request, parsedBody, agent) =>
    handler.fetch(request, { parsedBody, authInfo: authInfoOf(agent) })
}

/** Passes the request through the SDK. The token has been verified, so it is left out. */
function authInfoOf(agent: AgentRequest): AuthInfo {
  return { token: '', clientId: agent.caller.workspaceId, scopes: [], extra: { agent } }
}

function requestOf(authInfo: AuthInfo | undefined): AgentRequest {
  const agent = authInfo?.extra?.['agent']
  if (agent === undefined) throw new Error('A request of an agent has no caller')
  return agent as AgentRequest
}
