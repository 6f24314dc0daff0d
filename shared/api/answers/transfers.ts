import { z } from 'zod'
import { fileViewSchema } from './file.ts'
import { problemSchema } from './problem.ts'

/** One file of a form with several files. */
const uploadedFileSchema = z
  .object({
    name: z.string().optional().describe('The name that the client sent, if it is usable.'),
    status: z.int().describe('The status that an upload of this file alone would have.'),
    file: fileViewSchema.optional(),
    problem: problemSchema.optional(),
  })
  .meta({ id: 'UploadedFile' })

export type UploadedFile = z.output<typeof uploadedFileSchema>

/** The answer to a form with several files, in the order of the parts. */
export const uploadedFilesSchema = z
  .object({ files: z.array(uploadedFileSchema) })
  .meta({ id: 'UploadedFiles' })

/** The answer of `POST /uploads`: where the bytes go. */
export const uploadTicketSchema = z
  .object({
    file: fileViewSchema,
    upload: z.object({
      url: z.url().describe('The permission to send the bytes. Send no token to it.'),
      method: z.literal('PUT'),
      protocol: z.literal('gcs-resumable'),
      chunkMultiple: z
        .int()
        .positive()
        .describe('Each chunk but the last has a multiple of these bytes.'),
      expiresAt: z.iso.datetime({ precision: 3 }),
    }),
  })
  .meta({ id: 'UploadTicket' })

/** The answer of `GET /files/{id}/download` to a client that prefers JSON. */
export const linkSchema = z
  .object({ url: z.url(), expiresAt: z.iso.datetime({ precision: 3 }) })
  .meta({ id: 'Link' })

/** The answer of the local disk to a complete resumable upload. */
export const receivedSchema = z
  .object({ sizeBytes: z.int().nonnegative() })
  .meta({ id: 'Received' })
