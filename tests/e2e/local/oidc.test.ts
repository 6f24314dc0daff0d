import { afterAll, describe } from 'vitest'
import { anonymousCases } from '../cases/access/anonymous.ts'
import { boundTokenCases } from '../cases/access/bound-tokens.ts'
import { mcpAccessCases } from '../cases/agents/access.ts'
import { mcpBoundTokenCases } from '../cases/agents/bound-tokens.ts'
import { tenancyCases } from '../cases/access/tenancy.ts'
import { tokenCases } from '../cases/access/tokens.ts'
import { corsOrigin } from '../cases/protocol/cors.ts'
import { startIssuer } from '../support/issuer.ts'
import { localStart } from './local-target.ts'
import { withServer } from '../suite.ts'
import type { Claims } from '../support/target.ts'

const issuer = await startIssuer()
afterAll(() => issuer[Symbol.asyncDispose]())

const token = async (user: string, claims: Claims = {}) =>
  `Bearer ${await issuer.token(user, { claims: { ...claims } })}`

describe('npm start, with an OpenID provider', () => {
  const env = { ...issuer.env, CORS_ORIGINS: corsOrigin }
  withServer({ start: localStart(), token }, env, [
    anonymousCases,
    tenancyCases,
    boundTokenCases,
    mcpBoundTokenCases,
    (api) => mcpAccessCases(api, { issuer: issuer.env['OIDC_ISSUER'] ?? '', origin: corsOrigin }),
    // Rotates the keys of the issuer.
    (api) => tokenCases(api, issuer),
  ])
})
