import { useEffect, useState } from 'preact/hooks'
import { coffer } from '../state/client.ts'

const seconds = 3600

/**
 * A link to the bytes of a file that works without a token for an hour. It is asked for when it is used, and kept nowhere. `renew`
 * asks for another one, once.
 */
export function useLink(id: string) {
  const [address, setAddress] = useState<string>()
  const [error, setError] = useState<unknown>()
  const [attempt, setAttempt] = useState(1)
  useEffect(() => {
    const stop = new AbortController()
    coffer.link(id, { inline: true, expiresIn: seconds, signal: stop.signal }).then(
      ({ url }) => setAddress(url),
      (failure: unknown) => {
        if (!stop.signal.aborted) setError(failure)
      },
    )
    return () => stop.abort()
  }, [id, attempt])
  return { address, error, renew: () => setAttempt(2) }
}
