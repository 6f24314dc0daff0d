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

/** The time of the last change: as given, or that of a `File`, unless it is in the future, which the service refuses. */
export function modifiedAtOf({ body, options }: Job): string | undefined {
  const { lastModified = Infinity } = body
  if (options.modifiedAt !== undefined || lastModified > Date.now()) return options.modifiedAt
  return new Date(lastModified).toISOString()
}
