import { z } from 'zod'
import { TransientError } from './retry.ts'

const objectSchema = z.object({
  name: z.string(),
  generation: z.coerce.string(),
  size: z.coerce.number(),
  timeCreated: z.coerce.date(),
  crc32c: z.string().optional(),
  contentType: z.string().optional(),
  contentEncoding: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
})

const pageSchema = z.object({
  items: z.array(objectSchema).default([]),
  nextPageToken: z.string().optional(),
})

const rewriteSchema = z.union([
  z.object({ done: z.literal(true), resource: objectSchema }),
  z.object({ done: z.literal(false), rewriteToken: z.string() }),
])

/** What is used of the JSON API's object resource. */
export type GcsObject = z.infer<typeof objectSchema>

export const parseObject = (answer: unknown) => parsed(objectSchema, answer)
export const parsePage = (answer: unknown) => parsed(pageSchema, answer)
export const parseRewrite = (answer: unknown) => parsed(rewriteSchema, answer)

/** Call it within the attempt: an answer that was cut off and ended as if it were whole is asked for again. */
function parsed<T>(schema: z.ZodType<T>, answer: unknown): T {
  const { data, error } = schema.safeParse(answer)
  if (error) throw new TransientError('The answer of Cloud Storage is not whole', { cause: error })
  return data
}

/** The custom metadata that names the write or copy that made an object, so that a repeated one knows its own success. */
export const writeTokenKey = 'coffer-write'
