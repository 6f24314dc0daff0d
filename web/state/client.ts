import { signal } from '@preact/signals'
import { createCoffer } from '../../shared/client/coffer.ts'

/** The address of the page without its fragment: the service is at the same origin, below the same path. */
const baseUrl = new URL('.', location.href).href

/** In memory only. Undefined in the local mode, which needs no token. */
let token: string | undefined
let whenSignedIn: PromiseWithResolvers<string> | undefined

/** Whether a request waits for a token. */
export const needsSignIn = signal(false)

export const coffer = createCoffer({
  baseUrl,
  // The client asks for a refreshed token after a 401. The request waits until the user has signed in.
  token: ({ refresh }) => (refresh ? askForToken() : token),
})

function askForToken(): Promise<string> {
  needsSignIn.value = true
  whenSignedIn ??= Promise.withResolvers<string>()
  return whenSignedIn.promise
}

export function signIn(given: string): void {
  token = given
  needsSignIn.value = false
  whenSignedIn?.resolve(given)
  whenSignedIn = undefined
}
