import { Hono, type Context } from 'hono'
import { notFound } from '../../model/access.ts'
import type { AppEnv } from '../app-env.ts'
import { absoluteUrl, basePath } from '../target.ts'
import type { AuthConfig } from './open-authenticator.ts'
import type { Scope } from './identity.ts'

const wellKnown = '/.well-known/oauth-protected-resource'
const resourcePath = `${basePath}/mcp`

const scopes: Scope[] = ['files:read', 'files:write']

/**
 * `GET /.well-known/oauth-protected-resource/api/workspace/mcp`: tells clients which server issues tokens for the MCP server
 * (RFC 9728). Any page may read it. Answers 404 without an OpenID provider.
 */
export function resourceMetadataRoute(auth: AuthConfig): Hono<AppEnv> {
  const answer = (c: Context<AppEnv>) => {
    if (auth.mode !== 'oidc') throw notFound('resource')
    return c.json({
      resource: absoluteUrl(c, resourcePath),
      authorization_servers: [auth.issuer],
      scopes_supported: scopes,
      bearer_methods_supported: ['header'],
      resource_name: 'Coffer workspace',
    })
  }
  return new Hono<AppEnv>()
    .get('/.well-known/oauth-protected-resource/api/workspace/mcp', answer)
    .get('/.well-known/oauth-protected-resource', answer)
}

/** Parameters of the challenges of the MCP server (RFC 9728 §5.1), which tell a client how to get a token. */
export function resourceChallenge(
  { mode }: Pick<AuthConfig, 'mode'>,
  c: Context<AppEnv>,
): Record<string, string> {
  return {
    scope: scopes.join(' '),
    ...(mode === 'oidc' && { resource_metadata: absoluteUrl(c, wellKnown + resourcePath) }),
  }
}
