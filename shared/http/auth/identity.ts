import type { Caller } from '../../model/access.ts'

/** `workspace:admin` applies to all workspaces. A token has it only if its `scope` claim names it. */
export type Scope = 'files:read' | 'files:write' | 'blocks:run' | 'workspace:admin'

export interface Credentials {
  /** The `Authorization` header. */
  authorization: string | undefined
  host: string | undefined
  origin: string | undefined
  /** The remote address of the connection; undefined without a socket. */
  peer: string | undefined
}

export interface Identity {
  caller: Caller
  scopes: ReadonlySet<Scope>
  /** When the token is no longer accepted. Undefined if it does not expire. */
  expiresAt?: Date
}

/** Identifies the caller. Throws `unauthenticated` for a bad or missing token, `forbidden` for a request that no token allows. */
export type Authenticate = (credentials: Credentials) => Promise<Identity>
