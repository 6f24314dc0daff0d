import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose'
import { WorkspaceError } from '../../model/errors.ts'

/** How long keys are used without a look whether the issuer has changed them. */
const maxAgeMs = 10 * 60_000
/** How often an unknown key id may have the keys fetched; whoever makes up ids pays for no more. */
const unknownKeyMs = 30_000
/** How often an issuer that fails is asked again while there are keys to go on with. */
const failureMs = 5_000

/**
 * Looks up the keys of a token issuer, which are fetched at their first use and again after 10 minutes. Known keys stay in
 * use while the issuer is away, however long that is; it is then asked every 5 seconds. Throws `identity-unavailable` for a
 * key that cannot be looked up meanwhile.
 */
export function openIssuerKeys(jwksUrl: URL, now = () => Date.now()): JWTVerifyGetKey {
  // Ages are kept here: the library's own have keys expire when the issuer is away.
  const keys = createRemoteJWKSet(jwksUrl, { cacheMaxAge: Infinity, cooldownDuration: Infinity })
  let fetchedAt = -Infinity
  let failure: { at: number; error: unknown } | undefined
  let fetching: Promise<void> | undefined

  async function load(): Promise<void> {
    try {
      await keys.reload()
      fetchedAt = now()
      failure = undefined
    } catch (error) {
      failure = { at: now(), error }
    }
  }

  /** Fetches the keys if they are older than so long. */
  async function refresh(olderThanMs: number): Promise<void> {
    if (now() - fetchedAt < olderThanMs) return
    const isKnown = keys.jwks() !== undefined
    if (isKnown && failure && now() - failure.at < failureMs) return
    fetching ??= load().finally(() => {
      fetching = undefined
    })
    await fetching
  }

  return async (header, token) => {
    const refreshed = refresh(maxAgeMs)
    // An issuer that has failed and now hangs keeps no request waiting whose key is known.
    if (!failure) await refreshed
    try {
      if (keys.jwks() === undefined) await refreshed
      if (keys.jwks() === undefined) throw unavailable(failure?.error)
      return await keys(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      await refreshed
      await refresh(unknownKeyMs)
      if (failure) throw unavailable(failure.error)
      return keys(header, token)
    }
  }
}

function unavailable(cause: unknown): WorkspaceError {
  return new WorkspaceError(
    'identity-unavailable',
    'The keys to verify tokens with cannot be fetched from their issuer. Send the request again later.',
    { cause },
  )
}
