import { z } from 'zod'
import { TransientError } from '../google/http.ts'

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

/** The fields of the JSON API's object resource that Coffer uses. */
export type GcsObject = z.infer<typeof objectSchema>

export type GcsPage = z.infer<typeof pageSchema>

export const parseObject = (answer: unknown) => parsed(objectSchema, answer)
export const parsePage = (answer: unknown) => parsed(pageSchema, answer)
export const parseRewrite = (answer: unknown) => parsed(rewriteSchema, answer)

/** Throws a `TransientError` for a truncated response. Call it in the retried function, so that the request is repeated. */
function parsed<T>(schema: z.ZodType<T>, answer: unknown): T {
  const { data, error } = schema.safeParse(answer)
  if (error)
    throw new TransientError('The response of Cloud Storage is incomplete', { cause: error })
  return data
}

/** Custom metadata with the token of the write or copy that created an object, so that a retry recognizes its success. */
export const writeTokenKey = 'coffer-write'
