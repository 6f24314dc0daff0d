import { useEffect, useState } from 'preact/hooks'

/** Loads a value, and again when a dependency changes. */
export function useLoaded<Value>(
  load: (signal: AbortSignal) => Promise<Value>,
  dependencies: readonly unknown[],
): { value: Value | undefined; error: unknown } {
  const [loaded, setLoaded] = useState<{ value?: Value; error?: unknown }>({})
  useEffect(() => {
    const stop = new AbortController()
    load(stop.signal).then(
      (value) => setLoaded({ value }),
      (error: unknown) => !stop.signal.aborted && setLoaded({ error }),
    )
    return () => stop.abort()
  }, dependencies)
  return { value: loaded.value, error: loaded.error }
}
