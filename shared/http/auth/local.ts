import { isLoopbackAddress, isLoopbackHost } from '../protocol/loopback.ts'
import { matchesOrigin } from '../protocol/origin.ts'
import { WorkspaceError } from '../../model/errors.ts'
import type { Authenticate, Credentials, Scope } from './identity.ts'
import { parseUserId, unauthenticated } from './token.ts'

/** The user with the scope `workspace:admin`. */
const administrator = 'admin'

export interface LocalConfig {
  /** Pages of these origins may call, in addition to pages of this machine. */
  origins: readonly string[]
}

/**
 * Authentication without secrets, for callers on this machine only: `Bearer local:{user}` names a user, no header means the user
 * `local`, and the user `admin` is the administrator. Rejects web pages of other sites by `Origin`, and by `Host` if they resolve
 * their own name to this machine (DNS rebinding).
 */
export function openLocal({ origins }: LocalConfig): Authenticate {
  return async (credentials) => {
    assertFromThisMachine(credentials, origins)
    const workspaceId = parseUserId(userOf(credentials.authorization))
    const scopes: Scope[] = ['files:read', 'files:write', 'blocks:run']
    if (workspaceId === administrator) scopes.push('workspace:admin')
    return { caller: { workspaceId }, scopes: new Set(scopes) }
  }
}

function userOf(authorization: string | undefined): string {
  if (authorization === undefined) return 'local'
  const user = /^Bearer +local:([\x21-\x7e]+)$/i.exec(authorization)?.[1]
  if (user === undefined) {
    throw unauthenticated(
      'This service runs with AUTH_MODE=local: send "Authorization: Bearer local:{user}", or nothing for the user "local".',
    )
  }
  return user
}

function assertFromThisMachine(
  { peer, host, origin }: Credentials,
  origins: readonly string[],
): void {
  if (peer !== undefined && !isLoopbackAddress(peer)) {
    throw forbidden('answers only this machine')
  }
  if (!isLoopbackUrl(`http://${host ?? ''}`)) {
    throw forbidden('answers only to localhost, 127.0.0.1 and [::1] as its host')
  }
  if (origin !== undefined && !isLoopbackUrl(origin) && !matchesOrigin(origins, origin)) {
    throw forbidden('answers only pages of this machine and of CORS_ORIGINS')
  }
}

function isLoopbackUrl(text: string): boolean {
  const url = URL.parse(text)
  return url !== null && isLoopbackHost(url.hostname)
}

function forbidden(rule: string): WorkspaceError {
  return new WorkspaceError('forbidden', `With AUTH_MODE=local the service ${rule}.`)
}
