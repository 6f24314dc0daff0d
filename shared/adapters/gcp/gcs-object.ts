import { z } from 'zod'

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

export const parseObject = (answer: unknown) => objectSchema.parse(answer)
export const parsePage = (answer: unknown) => pageSchema.parse(answer)
export const parseRewrite = (answer: unknown) => rewriteSchema.parse(answer)

/** The custom metadata that tells which write an object came from: how a repeated write knows its own success. */
export const writeTokenKey = 'coffer-write'
