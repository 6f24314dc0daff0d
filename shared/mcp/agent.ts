import type { ConcurrencyLimiter } from '../concurrency/concurrency-limiter.ts'
import type { Caller } from '../model/access.ts'
import type { PendingFile, ReadyFile } from '../model/file.ts'
import type { SignOptions } from '../ports/blob-store.ts'
import type { Ports } from '../ports/ports.ts'
import type { AgentBlocks } from './agent-blocks.ts'
import type { openAppends } from '../workspace/text/append-text.ts'

export type McpPorts = Pick<
  Ports,
  'catalog' | 'blobs' | 'renderer' | 'sources' | 'now' | 'newId' | 'limits'
>

/** The facts that the HTTP layer passes about the request of an agent. */
export interface AgentRequest {
  caller: Caller
  /** Whether the token has the scope `files:write`. */
  mayWrite: boolean
  /** Undefined where the server runs no blocks, and for a token without the scope `blocks:run`. */
  blocks?: (() => Promise<AgentBlocks>) | undefined
  requestId: string
  /** The URL of a path of the service for callers outside. Returns a URL with an origin unchanged. */
  absoluteUrl: (url: string) => string
  servedAs: (file: ReadyFile, inline: boolean) => Omit<SignOptions, 'expiresAt'>
  /** Undefined on platforms that run nothing after an answer. */
  detach: Detach | undefined
  /** Logs an outage or a fault. */
  report: (error: unknown) => void
}

/** Takes over an import that continues after its call. */
type Detach = (importing: Promise<unknown>, file: PendingFile) => void

/** One call of an agent. */
export interface Agent extends AgentRequest {
  ports: McpPorts
  /** Counts the imports of each user. */
  imports: ConcurrencyLimiter
  append: ReturnType<typeof openAppends>
  /** Tells the client that the call still runs. Does nothing for a client that does not ask for it. */
  progress: (done: number, total: number) => void
  /** Aborts when the client hangs up. */
  signal: AbortSignal
}
