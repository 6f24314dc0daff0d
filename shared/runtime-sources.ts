import type { Config } from './config.ts'
import { once } from './once.ts'
import type { Sources } from './workspace/ports.ts'

/** The public web, and the buckets that the operator allows. */
export async function openSources({ imports, projectId }: Config): Promise<Sources> {
  const { openFetcher } = await import('./media/fetch/fetch-source.ts')
  const { allowedPorts, buckets } = imports
  const foreign = once(async () => {
    const { GcsForeignObjects } = await import('./adapters/gcp/gcs-foreign.ts')
    return new GcsForeignObjects({ buckets, ...(projectId !== undefined && { projectId }) })
  })
  return {
    fetchUrl: openFetcher({ allowedPorts }),
    openObject: async (bucket, name, options) =>
      buckets.includes(bucket) ? (await foreign()).openObject(bucket, name, options) : undefined,
  }
}
