import { UnsecuredJWT } from 'jose'
import { projectId } from './firebase-emulators.ts'
import type { Claims } from '../support/target.ts'

const audience =
  'https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit'

/** The Auth emulator as a web page uses it: https://cloud.google.com/identity-platform/docs/use-rest-api. */
export function authOf(origin: string) {
  const call = async (method: string, body: object): Promise<string> => {
    const response = await fetch(
      `${origin}/identitytoolkit.googleapis.com/v1/accounts:${method}?key=any`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, returnSecureToken: true }),
      },
    )
    if (!response.ok) throw new Error(`accounts:${method} ${response.status}`)
    return ((await response.json()) as { idToken: string }).idToken
  }
  return {
    signUp: (email: string, password: string) => call('signUp', { email, password }),
    signIn: (email: string, password: string) => call('signInWithPassword', { email, password }),
    /** The link of the last e-mail. The emulator sends none, and keeps it for tests. */
    async lastLink(): Promise<string> {
      const response = await fetch(`${origin}/emulator/v1/projects/${projectId}/oobCodes`)
      const { oobCodes } = (await response.json()) as { oobCodes: { oobLink: string }[] }
      return oobCodes.at(-1)?.oobLink ?? ''
    },
    /** Signs in with a custom token and claims; the emulator accepts it unsigned. */
    signInAs: (uid: string, claims: Claims = {}) => {
      const token = new UnsecuredJWT({ uid, claims })
        .setIssuer(`backend@${projectId}.iam.gserviceaccount.com`)
        .setSubject(`backend@${projectId}.iam.gserviceaccount.com`)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime('1h')
        .encode()
      return call('signInWithCustomToken', { token })
    },
  }
}
