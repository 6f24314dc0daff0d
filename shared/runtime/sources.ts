import type { Config } from '../config/config.ts'
import { openFetcher } from '../adapters/web/fetch-source.ts'
import { googleCredentials } from './google.ts'
import { once } from '../concurrency/once.ts'
import type { Sources } from '../ports/sources.ts'

export { openFetcher, type FetchPolicy } from '../adapters/web/fetch-source.ts'

/** Sources of imports: the public web, and the buckets in IMPORT_GCS_BUCKETS. */
export async function openSources({ imports, google }: Config): Promise<Sources> {
  const { allowedPorts, buckets } = imports
  const foreign = once(async () => {
    const { GcsForeignObjects } = await import('../adapters/gcs/foreign.ts')
    const { storageEmulator: emulatorHost } = google
    return new GcsForeignObjects({
      buckets,
      ...(emulatorHost === undefined
        ? { credentials: googleCredentials(google) }
        : { emulatorHost }),
    })
  })
  return {
    fetchUrl: openFetcher({ allowedPorts }),
    openObject: async (bucket, name, options) =>
      buckets.includes(bucket) ? (await foreign()).openObject(bucket, name, options) : undefined,
  }
}
