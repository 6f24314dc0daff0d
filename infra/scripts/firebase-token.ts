import { parseArgs } from 'node:util'
import { command } from './command.ts'
import { googleApis } from './google.ts'
import type { Ask } from './preflight-checks.ts'

const { values, positionals } = parseArgs({
  options: {
    project: { type: 'string', default: '' },
    /** Of the web app, from the Firebase console. It identifies the project and is not a secret. */
    'api-key': { type: 'string', default: '' },
    /** Signs the token. The caller needs iam.serviceAccounts.signJwt on it. */
    'service-account': { type: 'string', default: '' },
  },
  allowPositionals: true,
})

/** Firebase accepts at most one hour. */
const customTokenSeconds = 600
const audience =
  'https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit'

// Arguments: USER [CLAIMS as JSON]. Prints the `Authorization` header of the user, who need not exist.
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

/** A custom token (https://firebase.google.com/docs/auth/admin/create-custom-tokens), signed by IAM. */
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
