import type { ReadyFile } from '../model/file.ts'
import type { Validators } from './protocol/conditional.ts'

type Times = Pick<Validators, 'lastModified' | 'changedAt'>

/**
 * The times of bytes that an id names. They never change, so the time that the uploader gave can validate a cached copy. While
 * that time is in the future, serves the time of the last change at the service (RFC 9110 §8.8.2.1).
 */
export function idTimes({ modifiedAt, updatedAt }: ReadyFile, now = new Date()): Times {
  const isPast = modifiedAt !== undefined && modifiedAt < now.toISOString()
  return { lastModified: new Date(isPast ? modifiedAt : updatedAt) }
}

/**
 * The times of the bytes at a path. A later file at the path may have an earlier or the same time of its uploader, so dates of
 * requests are compared with the time at which the service changed the file (RFC 9110 §8.8.2.2).
 */
export function pathTimes(file: ReadyFile, now = new Date()): Times {
  return { ...idTimes(file, now), changedAt: new Date(file.updatedAt) }
}
