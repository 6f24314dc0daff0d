import { z } from 'zod'
import type { SettleResult } from '../shared/model/settlement.ts'
import type { FinalizeEvent } from '../shared/ports/blob-store.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { scan } from '../shared/workspace/scan/scan.ts'

const finalized = 'google.cloud.storage.object.v1.finalized'

/** What of a CloudEvent (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md) is looked at. */
export interface StorageEvent {
  type?: unknown
  data?: unknown
}

/** What became of an event that is done with. */
export interface EventOutcome {
  blob?: FinalizeEvent
  result?: SettleResult | undefined
  /** Why nothing could be done about it, ever. */
  ignored?: string
  /** Whether nobody should have sent it: an operator is to hear of it. */
  isMalformed?: boolean
}

/**
 * What of a `StorageObjectData`
 * (https://github.com/googleapis/google-cloudevents/blob/main/proto/google/events/cloud/storage/v1/data.proto) is looked
 * at; its 64-bit numbers travel as text.
 */
const objectSchema = z.object({
  bucket: z.string().min(1),
  name: z.string().min(1),
  generation: z.union([z.string().regex(/^\d+$/), z.int().positive().transform(String)]),
})

/**
 * A blob's bytes have arrived: scans them and settles their file. Resolving ends the event, throwing has it delivered
 * again: an event that can never be acted on is final. An event is only a hint, which anyone may send: what is done follows
 * from the catalog and the stored bytes. `bucket` is the only one whose events count.
 */
export async function scanFunction(
  ports: Pick<Ports, 'catalog' | 'blobs' | 'scanner' | 'quarantine' | 'now'>,
  bucket: string | undefined,
  event: StorageEvent,
): Promise<EventOutcome> {
  if (event.type !== finalized) {
    return { ignored: `Its type is ${String(event.type)}; this function takes ${finalized}.` }
  }
  const object = objectSchema.safeParse(event.data)
  if (!object.success) {
    const broken = object.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    const ignored = `Its data is not that of a stored object: ${broken.join('; ')}`
    return { ignored, isMalformed: true }
  }
  const { name, generation } = object.data
  const blob = { storagePath: `gcs://${object.data.bucket}/${name}`, generation }
  if (object.data.bucket !== bucket) {
    return { blob, ignored: 'It is about another bucket than MEDIA_GCS_BUCKET_NAME.' }
  }
  return { blob, result: await scan(ports, blob) }
}
