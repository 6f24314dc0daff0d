import { z } from 'zod'
import { fileRecordSchema, modifiedAtOf, type FileRecord, type Reservation } from '../model/file.ts'
import type { FileView } from './answers/file.ts'

const fieldNames = new Set(
  fileRecordSchema.options
    .flatMap((option) => Object.keys(option.shape))
    .filter((name) => name !== 'sequence'),
)
const maxNameLength = 40

/** `fields=id,path`: the fields of a record to answer. */
export const fieldsSchema = z.string().transform((text, context) => {
  const names = new Set(text.split(','))
  for (const name of names) {
    if (fieldNames.has(name)) continue
    const known = [...fieldNames].join(', ')
    const unknown = JSON.stringify(name.slice(0, maxNameLength))
    context.addIssue(`must not contain ${unknown}; known are ${known}, separated by commas`)
    return z.NEVER
  }
  return [...names]
})

/** A file in the API: the record without the fields that are internal to the service. */
export function fileView(file: FileRecord): FileView {
  const { sequence: _, ...record } = file
  const view = { ...record, modifiedAt: modifiedAtOf(file) }
  return view.state === 'pending'
    ? { ...view, reservation: reservationView(view.reservation) }
    : view
}

/** The named fields of a file, as JSON. A field that the file lacks is left out. */
export function fieldsJson(file: FileRecord, names: readonly string[]): string {
  const fields = Object.entries(fileView(file)).filter(([name]) => names.includes(name))
  return JSON.stringify(Object.fromEntries(fields))
}

function reservationView(reservation: Reservation) {
  const { expiresAt, maxBytes, receivedBytes, overwrite, expectedChecksum } = reservation
  return {
    expiresAt,
    maxBytes,
    ...(receivedBytes !== undefined && { receivedBytes }),
    overwrite,
    ...(expectedChecksum && { expectedChecksum }),
  }
}

const texts = new WeakMap<FileRecord, string>()

/** A file in the API, as JSON. Remembered for records that cannot change. */
export function fileViewJson(file: FileRecord): string {
  const known = texts.get(file)
  if (known !== undefined) return known
  const text = JSON.stringify(fileView(file))
  if (Object.isFrozen(file)) texts.set(file, text)
  return text
}
