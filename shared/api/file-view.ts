import type { FileRecord, Reservation } from '../model/file.ts'
import type { FileView } from './answers/file.ts'

/** A file in the API: the record without the fields that are internal to the service. */
export function fileView(file: FileRecord): FileView {
  const { sequence: _, ...view } = file
  return view.state === 'pending'
    ? { ...view, reservation: reservationView(view.reservation) }
    : view
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
