import { Readable } from 'node:stream'
import { z } from 'zod'
import { parsed } from '../shared/http/parsed.ts'
import { metadataSchema } from '../shared/http/metadata-schema.ts'
import { uploadTarget } from '../shared/http/upload-fields.ts'
import { parseEssence } from '../shared/media/essence.ts'
import type { Caller } from '../shared/workspace/access.ts'
import { originSchema, type ReadyFile } from '../shared/workspace/file.ts'
import { nameOf } from '../shared/workspace/path.ts'
import type { Ports } from '../shared/workspace/ports.ts'
import { notServed } from '../shared/workspace/read.ts'
import { awaitOwnVerdict, upload } from '../shared/workspace/upload.ts'
import type { Content, WriteOptions } from './workspace.ts'

const unknownType = 'application/octet-stream'
const defaultWaitSeconds = 60
const maxWaitSeconds = 3600

const optionsSchema = z.strictObject({
  overwrite: z.boolean().optional(),
  mimeType: z
    .string()
    .transform(parseEssence)
    .refine((type) => type !== undefined, 'must be a media type such as image/png')
    .default(unknownType),
  metadata: metadataSchema.optional(),
  origin: originSchema.default('generated'),
  session: z.string().optional(),
  waitSeconds: z.number().min(0).max(maxWaitSeconds).default(defaultWaitSeconds),
})

interface WriteRequest {
  path: string
  content: Content
  options: WriteOptions | undefined
}

/** Stores bytes and waits for the verdict on them: a file that is ready, or the reason why not. */
export async function write(
  ports: Ports,
  caller: Caller,
  { path, content, options: { signal, ...options } = {} }: WriteRequest,
): Promise<ReadyFile> {
  const { mimeType, waitSeconds, ...fields } = parsed(optionsSchema, options)
  const target = uploadTarget(caller, { ...fields, path }, { mimeType })
  const pending = await upload(ports, caller, {
    name: nameOf(target.path),
    mimeType,
    target,
    ...bodyOf(content),
    ...(signal && { signal }),
  })
  const wait = { seconds: waitSeconds, ...(signal && { signal }) }
  const file = await awaitOwnVerdict(ports, pending, wait)
  if (file.state === 'ready') return file
  throw notServed(file)
}

function bodyOf(content: Content): { body: Readable; sizeBytes?: number } {
  if (content instanceof Readable) return { body: content }
  if (typeof content !== 'string' && !(content instanceof Uint8Array)) {
    return { body: Readable.from(content, { objectMode: false }) }
  }
  const bytes = Buffer.from(content)
  return { body: Readable.from([bytes], { objectMode: false }), sizeBytes: bytes.length }
}
