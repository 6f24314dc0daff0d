import { z } from 'zod'
import type { EventOutcome } from '../shared/observability/scan-log.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { scan } from '../shared/workspace/scan/scan.ts'

const finalized = 'google.cloud.storage.object.v1.finalized'

/** The members of a CloudEvent that `scan` reads (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md). */
interface StorageEvent {
  type?: unknown
  data?: unknown
}

/**
 * The members of a `StorageObjectData` that `scan` reads; 64-bit numbers are JSON strings.
 * https://github.com/googleapis/google-cloudevents/blob/main/proto/google/events/cloud/storage/v1/data.proto
 */
const objectSchema = z.object({
  bucket: z.string().min(1),
  name: z.string().min(1),
  generation: z.union([z.string().regex(/^\d+$/), z.int().positive().transform(String)]),
})

/**
 * Scans the bytes of a finished upload and settles their file. Resolves if the event needs no redelivery, also for an event that
 * no redelivery can make valid; throws otherwise. An event is untrusted input: the outcome depends only on the catalog and the
 * stored bytes. Ignores events of buckets other than `bucket`.
 */
export async function scanFunction(
  ports: Pick<Ports, 'catalog' | 'blobs' | 'scanner' | 'quarantine' | 'now'>,
  bucket: string | undefined,
  event: StorageEvent,
): Promise<EventOutcome> {
  if (event.type !== finalized) {
    return { ignored: `Its type is ${String(event.type)}; this function handles ${finalized}.` }
  }
  const object = objectSchema.safeParse(event.data)
  if (!object.success) {
    const violations = object.error.issues.map(
      (issue) => `${issue.path.join('.')}: ${issue.message}`,
    )
    const ignored = `Its data does not describe a stored object: ${violations.join('; ')}`
    return { ignored, isMalformed: true }
  }
  const { name, generation } = object.data
  const blob = { storagePath: `gcs://${object.data.bucket}/${name}`, generation }
  if (object.data.bucket !== bucket) {
    return { blob, ignored: 'Its bucket is not MEDIA_GCS_BUCKET_NAME.' }
  }
  return { blob, result: await scan(ports, blob) }
}
