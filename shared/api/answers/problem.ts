import { z } from 'zod'
import type { ErrorCode } from '../../model/errors.ts'
import { problemKinds } from '../problem-kinds.ts'
import { fileViewSchema } from './file.ts'

/** The codes of problems. `internal` is a fault of the service. */
export type ProblemCode = ErrorCode | 'internal'

const codes: ProblemCode[] = [...(Object.keys(problemKinds) as ErrorCode[]), 'internal']
const types = codes.map((code) => `urn:coffer:problem:${code}` as const)

/** `application/problem+json` (RFC 9457). `about:blank` is a refusal of the HTTP server itself. */
export const problemSchema = z
  .object({
    type: z.enum([...types, 'about:blank']),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('What to do instead.'),
    instance: z.string().describe('Names the request in the log.'),
    errors: z
      .array(z.object({ field: z.string(), detail: z.string() }))
      .optional()
      .describe('The fields that break a rule.'),
    file: fileViewSchema.optional().describe('The stored file that the refusal is about.'),
  })
  .meta({ id: 'Problem' })

export type Problem = z.output<typeof problemSchema>
