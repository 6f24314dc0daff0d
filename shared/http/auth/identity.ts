import type { Caller } from '../../model/access.ts'

/** `workspace:admin` is about all workspaces: a token has it only by naming it. */
export type Scope = 'files:read' | 'files:write' | 'workspace:admin'

export interface Credentials {
  /** The `Authorization` header, if there is one. */
  authorization: string | undefined
  host: string | undefined
  origin: string | undefined
  /** The address of the other end of the connection; undefined where there is no socket. */
  peer: string | undefined
}

export interface Identity {
  caller: Caller
  scopes: ReadonlySet<Scope>
}

/** Says who asks. Throws `unauthenticated` for a bad or missing token, `forbidden` for a request that may not be made at all. */
export type Authenticate = (credentials: Credentials) => Promise<Identity>
