import { randomUUID } from 'node:crypto'
import { Caller } from './caller.ts'
import type { Claims, Server, Target } from './target.ts'

/** The interface of cases to the service under test: a running server, and new users. */
export interface Api {
  readonly server: Server
  newUser(claims?: Claims): Promise<Caller>
  /** The same user with another token. */
  callerOf(user: string, claims?: Claims): Promise<Caller>
}

export function apiOf(target: Pick<Target, 'token'>, server: () => Server): Api {
  const callerOf = async (user: string, claims?: Claims) =>
    new Caller(server().url, user, await target.token(user, claims))
  return {
    get server() {
      return server()
    },
    callerOf,
    newUser: (claims) => callerOf(`e2e-${randomUUID()}`, claims),
  }
}
