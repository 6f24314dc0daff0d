import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose'
import { WorkspaceError } from '../../model/errors.ts'

/** The age at which keys are fetched again. */
const maxAgeMs = 10 * 60_000
/** The shortest interval between fetches for unknown key ids, so that invented ids cause no more fetches. */
const unknownKeyMs = 30_000
/** The interval between fetches from a failing issuer while older keys are known. */
const failureMs = 5_000

/**
 * Looks up the keys of a token issuer. Fetches them at the first use and again after 10 minutes. While the issuer is unavailable,
 * known keys stay valid without limit, and fetches are retried every 5 seconds. Throws `identity-unavailable` for a key that
 * cannot be looked up.
 */
export function openIssuerKeys(jwksUrl: URL, now = () => Date.now()): JWTVerifyGetKey {
  // Ages are tracked here, because the library drops expired keys even while the issuer is unavailable.
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

  /** Fetches the keys if they are older than `olderThanMs`. */
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
    // After a failure a request with a known key does not wait for the issuer, which may hang.
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
