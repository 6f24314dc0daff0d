import type { FileRecord, Reservation } from '../model/file.ts'

/** A file as its owner sees it: the record without what only the service needs. */
export function fileView(file: FileRecord) {
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
