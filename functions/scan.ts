import { z } from 'zod'
import type { Ports, SettleResult } from '../shared/workspace/ports.ts'
import { scan } from '../shared/workspace/scan.ts'

/** What `google.cloud.storage.object.v1.finalized` says of an object; 64-bit numbers travel as text. */
const finalizedSchema = z.object({
  bucket: z.string(),
  name: z.string(),
  generation: z.coerce.string(),
})

/**
 * A blob's bytes have arrived: scans them and settles their file. Resolving ends the event, throwing has it delivered
 * again.
 */
export async function scanFunction(
  ports: Pick<Ports, 'catalog' | 'blobs' | 'scanner' | 'now'>,
  event: { data?: unknown },
): Promise<SettleResult | undefined> {
  const { bucket, name, generation } = finalizedSchema.parse(event.data)
  return scan(ports, { storagePath: `gcs://${bucket}/${name}`, generation })
}
