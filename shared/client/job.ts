import type { Connection } from './connection.ts'
import type { Control } from './control.ts'
import type { Remembered } from './remembered.ts'
import type { Body, Progress, UploadOptions } from './types.ts'

/** One upload, with what it needs. */
export interface Job {
  body: Body
  options: UploadOptions
  connection: Connection
  control: Control
  remembered: Remembered
  report: (phase: Progress['phase'], sentBytes: number) => void
}

/** The fields of an upload that every route takes. */
export function fieldsOf({ body, options, connection }: Job) {
  const { path, overwrite, onConflict, metadata, origin } = options
  const { session = connection.session } = options
  const { lastModified = Infinity } = body
  // The date of a `File`, unless it is in the future, which the service refuses.
  const dated = lastModified > Date.now() ? undefined : new Date(lastModified).toISOString()
  const { modifiedAt = dated } = options
  return { path, session, overwrite, onConflict, metadata, origin, modifiedAt }
}
