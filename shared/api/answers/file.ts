import { z } from 'zod'
import { fileRecordSchema } from '../../model/file.ts'

const [pending, ready, infected, unscannable] = fileRecordSchema.options
const internal = { sequence: true } as const
const modifiedAt = pending.shape.createdAt.describe(
  'When the bytes were last changed: the time that the uploader gave, or else `createdAt`.',
)
const reservation = pending.shape.reservation.omit({
  uploadId: true,
  replaces: true,
  reservedBytes: true,
})

/** A file in the API, as `fileView` makes it of a record. */
export const fileViewSchema = z
  .discriminatedUnion('state', [
    pending.omit(internal).extend({ reservation, modifiedAt }).meta({ id: 'PendingFile' }),
    ready.omit(internal).extend({ modifiedAt }).meta({ id: 'ReadyFile' }),
    infected.omit(internal).extend({ modifiedAt }).meta({ id: 'InfectedFile' }),
    unscannable.omit(internal).extend({ modifiedAt }).meta({ id: 'UnscannableFile' }),
  ])
  .meta({
    id: 'File',
    description:
      'The record of a file. `checksum` is the SHA-256 in hex, `sizeBytes` the declared size while the file is pending. An id names the same bytes for ever; a path names its latest clean bytes.',
  })

export type FileView = z.output<typeof fileViewSchema>

/** The fields of a record that `fields=` names. */
export const fileFieldsSchema = z
  .union(fileViewSchema.options.map((option) => option.partial()))
  .meta({ id: 'FileFields', description: 'The fields of a file that `fields` names.' })
