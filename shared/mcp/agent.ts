import type { Caller } from '../model/access.ts'
import type { ReadyFile } from '../model/file.ts'
import type { SignOptions } from '../ports/blob-store.ts'
import type { Ports } from '../ports/ports.ts'

export type McpPorts = Pick<
  Ports,
  'catalog' | 'blobs' | 'renderer' | 'sources' | 'now' | 'newId' | 'limits'
>

/** What the HTTP layer knows about the request of an agent. */
export interface AgentRequest {
  caller: Caller
  /** Whether the token has the scope `files:write`. */
  mayWrite: boolean
  requestId: string
  /** The URL of a path of the service for callers outside. Returns a URL with an origin unchanged. */
  absoluteUrl(url: string): string
  servedAs(file: ReadyFile, inline: boolean): Omit<SignOptions, 'expiresAt'>
  /** Logs an outage or a fault. */
  report(error: unknown): void
}

/** One call of an agent. */
export interface Agent extends AgentRequest {
  ports: McpPorts
  /** Aborts when the client hangs up. */
  signal: AbortSignal
}
