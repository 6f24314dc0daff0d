import { z } from 'zod'
import { fileRecordSchema } from '../../model/file.ts'

const [pending, ready, infected, unscannable] = fileRecordSchema.options
const internal = { sequence: true } as const
const reservation = pending.shape.reservation.omit({
  uploadId: true,
  replaces: true,
  reservedBytes: true,
})

/** A file in the API, as `fileView` makes it of a record. */
export const fileViewSchema = z
  .discriminatedUnion('state', [
    pending.omit(internal).extend({ reservation }).meta({ id: 'PendingFile' }),
    ready.omit(internal).meta({ id: 'ReadyFile' }),
    infected.omit(internal).meta({ id: 'InfectedFile' }),
    unscannable.omit(internal).meta({ id: 'UnscannableFile' }),
  ])
  .meta({
    id: 'File',
    description:
      'The record of a file. `checksum` is the SHA-256 in hex, `sizeBytes` the declared size while the file is pending. An id names the same bytes for ever; a path names its latest clean bytes.',
  })

export type FileView = z.output<typeof fileViewSchema>
