import { invalid } from '../../model/errors.ts'
import {
  etagOf,
  matchesStrongly,
  matchesWeakly,
  parseEntityTags,
  type EntityTag,
} from './entity-tag.ts'
import { parseHttpDate, wholeSecond } from './http-date.ts'
import { checksumIn } from './proxied-tag.ts'

/** The properties that identify a version: a strong entity-tag, and the time of the last change. */
export interface Validators {
  etag: string
  /** `Last-Modified`. */
  lastModified: Date
  /**
   * The time that dates of requests are compared with, if it is later than `lastModified`. Set if another version may have
   * the same or a later `lastModified`.
   */
  changedAt?: Date
}

/** The value of a request's header field, by its name in lower case. */
type FieldReader = (name: string) => string | undefined

/**
 * Evaluates a request's preconditions against an existing representation, in the order of RFC 9110 §13.2.2. A malformed
 * `If-Match` matches nothing, so that no change happens under a condition that the service cannot parse. A malformed
 * `If-None-Match` or date is ignored. `If-None-Match` also matches a tag of Coffer that a proxy has modified.
 */
export function evaluatePreconditions(
  method: string,
  field: FieldReader,
  current: Validators,
): 'proceed' | 'not-modified' | 'precondition-failed' {
  const isRead = method === 'GET' || method === 'HEAD'
  const ifMatch = field('if-match')
  const ifNoneMatch = field('if-none-match')
  if (ifMatch !== undefined) {
    if (!someTag(ifMatch, (tag) => matchesStrongly(tag, current.etag))) return 'precondition-failed'
  } else if (isModifiedSince(field('if-unmodified-since'), current) === true) {
    return 'precondition-failed'
  }
  if (ifNoneMatch !== undefined) {
    if (
      someTag(
        ifNoneMatch,
        (tag) => matchesWeakly(tag, current.etag) || matchesChecksum(tag, current),
      )
    ) {
      return isRead ? 'not-modified' : 'precondition-failed'
    }
  } else if (isRead && isModifiedSince(field('if-modified-since'), current) === false) {
    return 'not-modified'
  }
  return 'proceed'
}

/** Whether `If-Range` allows `Range` (RFC 9110 §13.1.5): it must be the same strong tag or exactly the same date. */
export function ifRangeHolds(ifRange: string | undefined, current: Validators): boolean {
  if (ifRange === undefined) return true
  const date = parseHttpDate(ifRange)
  if (date !== undefined) {
    return date === wholeSecond(current.lastModified) && date >= changeSecond(current)
  }
  const tags = parseEntityTags(ifRange)
  if (!Array.isArray(tags) || tags.length !== 1) return false
  return tags.some((tag) => matchesStrongly(tag, current.etag))
}

/** Conditions on the path that an upload writes to; see `Catalog.reserve`. */
interface WritePreconditions {
  mustBeAbsent?: true
  /** The version to replace must have one of these SHA-256 sums (hex). An empty list never holds. */
  mustReplace?: string[] | '*'
}

/** The preconditions of `PUT /content/{path}`. Throws `invalid-request` for those that an upload does not support. */
export function parseWritePreconditions(field: FieldReader): WritePreconditions {
  const ifMatch = field('if-match')
  const ifNoneMatch = field('if-none-match')
  const preconditions: WritePreconditions = {}
  if (ifMatch !== undefined) preconditions.mustReplace = parseIfMatch(ifMatch)
  if (ifNoneMatch !== undefined) {
    if (parseEntityTags(ifNoneMatch) !== '*') {
      throw invalid(
        'If-None-Match',
        'must be * on an upload, to create only; use If-Match with an ETag to replace that version only',
      )
    }
    preconditions.mustBeAbsent = true
  }
  if (ifMatch === undefined && field('if-unmodified-since') !== undefined) {
    throw invalid(
      'If-Unmodified-Since',
      'is too coarse for an upload, two versions may be of one second; use If-Match with the ETag instead',
    )
  }
  return preconditions
}

function parseIfMatch(field: string): string[] | '*' {
  const tags = parseEntityTags(field)
  if (tags === undefined) {
    throw invalid(
      'If-Match',
      'must be * or a list of ETags, each in double quotes as it was received',
    )
  }
  if (tags === '*') return '*'
  return tags.flatMap((tag) => checksumIn(tag) ?? [])
}

/** Whether a tag contains the checksum of the current bytes, also after a proxy has modified it. */
function matchesChecksum(tag: EntityTag, { etag }: Validators): boolean {
  const checksum = checksumIn(tag)
  return checksum !== undefined && etagOf(checksum) === etag
}

function someTag(field: string, matches: (tag: EntityTag) => boolean): boolean {
  const tags = parseEntityTags(field)
  return tags === '*' || tags?.some(matches) === true
}

/** Undefined without a valid date; the caller then ignores the field. */
function isModifiedSince(field: string | undefined, current: Validators): boolean | undefined {
  const date = field === undefined ? undefined : parseHttpDate(field)
  return date === undefined ? undefined : changeSecond(current) > date
}

function changeSecond({ lastModified, changedAt = lastModified }: Validators): number {
  return wholeSecond(changedAt > lastModified ? changedAt : lastModified)
}
