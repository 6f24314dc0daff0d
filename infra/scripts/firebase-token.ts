import { parseArgs } from 'node:util'
import { command } from './command.ts'
import { googleApis } from './google.ts'
import type { Ask } from './preflight-checks.ts'

const { values, positionals } = parseArgs({
  options: {
    project: { type: 'string', default: '' },
    /** The web app's, from the Firebase console: it names the project and is no secret. */
    'api-key': { type: 'string', default: '' },
    /** Whom to sign as; the caller needs iam.serviceAccounts.signJwt on it. */
    'service-account': { type: 'string', default: '' },
  },
  allowPositionals: true,
})

/** Firebase takes a custom token for an hour at most. */
const customTokenSeconds = 600
const audience =
  'https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit'

// Prints the `Authorization` header of a user who need not be there yet: USER [CLAIMS as JSON].
await command(async () => {
  const [user = '', claims = '{}'] = positionals
  const ask = await googleApis(values.project)
  const custom = await signed(ask, user, JSON.parse(claims))
  const { idToken } = await answered<{ idToken: string }>(ask, {
    host: 'identitytoolkit.googleapis.com',
    path: `/v1/accounts:signInWithCustomToken?key=${values['api-key']}`,
    body: { token: custom, returnSecureToken: true },
  })
  process.stdout.write(`Bearer ${idToken}`)
})

/** A custom token (https://firebase.google.com/docs/auth/admin/create-custom-tokens), signed by IAM, without a key. */
async function signed(ask: Ask, uid: string, claims: unknown): Promise<string> {
  const account = values['service-account']
  const iat = Math.floor(Date.now() / 1000)
  const times = { iat, exp: iat + customTokenSeconds }
  const payload = { iss: account, sub: account, aud: audience, uid, claims, ...times }
  const { signedJwt } = await answered<{ signedJwt: string }>(ask, {
    host: 'iamcredentials.googleapis.com',
    path: `/v1/projects/-/serviceAccounts/${account}:signJwt`,
    body: { payload: JSON.stringify(payload) },
  })
  return signedJwt
}

async function answered<Answer>(ask: Ask, request: Parameters<Ask>[0]): Promise<Answer> {
  const { status, data } = await ask(request)
  if (status !== 200) throw new Error(`${request.host} answers ${status}: ${JSON.stringify(data)}`)
  return data as Answer
}
