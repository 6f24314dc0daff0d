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

/** The time of the last change: as given, or that of a `File`. */
export function modifiedAtOf({ body, options }: Job): string | undefined {
  const { lastModified } = body
  if (options.modifiedAt !== undefined || lastModified === undefined) return options.modifiedAt
  return new Date(lastModified).toISOString()
}
