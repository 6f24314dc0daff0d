import { afterAll, describe } from 'vitest'
import { anonymousCases } from './cases/anonymous.ts'
import { boundTokenCases } from './cases/bound-tokens.ts'
import { tenancyCases } from './cases/tenancy.ts'
import { tokenCases } from './cases/tokens.ts'
import { startIssuer } from './issuer.ts'
import { localStart } from './local-target.ts'
import { withServer } from './suite.ts'
import type { Claims } from './target.ts'

const issuer = await startIssuer()
afterAll(() => issuer[Symbol.asyncDispose]())

const token = async (user: string, claims: Claims = {}) =>
  `Bearer ${await issuer.token(user, { claims: { ...claims } })}`

describe('npm start, with an OpenID provider', () => {
  withServer({ start: localStart(), token }, issuer.env, [
    anonymousCases,
    tenancyCases,
    boundTokenCases,
    (api) => tokenCases(api, issuer),
  ])
})
