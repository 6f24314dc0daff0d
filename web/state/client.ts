import { signal } from '@preact/signals'
import { createCoffer } from '../../shared/client/coffer.ts'
import { findSource, hostSource, type TokenSource } from '../sign-in/source.ts'

/** The address of the page without its fragment: the service is at the same origin, below the same path. */
const baseUrl = new URL('.', location.href).href

/** In memory only. Undefined in the local mode, which needs no token. */
let token: string | undefined
let source: TokenSource | undefined = hostSource
let finding: Promise<TokenSource | undefined> | undefined
let renewing: Promise<string> | undefined
let whenSignedIn: PromiseWithResolvers<string> | undefined

/** Whether a request waits for a token. */
export const needsSignIn = signal(false)

export const coffer = createCoffer({
  baseUrl,
  // The client asks for a refreshed token after a 401, and repeats the request. It waits until the user has signed in.
  token: ({ refresh }) => (refresh ? renewed() : present()),
})

async function present(): Promise<string | undefined> {
  // A source that fails has a chance to refresh after the 401.
  if (source) token = (await source.token({ refresh: false }).catch(() => undefined)) ?? token
  return token
}

/** Requests that are refused together share one token. */
function renewed(): Promise<string> {
  renewing ??= renew().finally(() => (renewing = undefined))
  return renewing
}

async function renew(): Promise<string> {
  source ??= await found()
  token = await source?.token({ refresh: token !== undefined })
  return token ?? askForToken()
}

/** Undefined, also if the description of a project cannot be used. The next refusal then looks again. */
async function found(): Promise<TokenSource | undefined> {
  try {
    return await (finding ??= findSource())
  } catch (error) {
    finding = undefined
    reportError(error)
    return undefined
  }
}

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
