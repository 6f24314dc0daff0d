import { parseFileId, parsePath } from '../model/path.ts'
import type { FileId, WorkspacePath } from '../model/ids.ts'
import { parseEssence } from './essence.ts'
import { refusedSource } from './source-refusals.ts'

/** A parsed `workspace://` reference: a file by its id, or the clean file at a path. */
export type Reference = ({ id: FileId } | { path: WorkspacePath }) & {
  /** The type that the reference states, as `type/subtype`. */
  mimeType?: string
}

const scheme = /^workspace:\/\//i

/** Returns true for the scheme of a reference. `parseReference` validates the rest. */
export function isReference(text: string): boolean {
  return scheme.test(text)
}

/**
 * Parses `workspace://{fileId}` or `workspace:///{path}`, with an optional `#{mime}`. Percent-decodes path and type once.
 * Rejects an encoded slash. Throws `invalid-request` naming the broken rule.
 */
export function parseReference(text: string): Reference {
  if (!isReference(text)) throw refusedSource('must start with workspace://')
  const [target, fragment] = splitFragment(text.slice('workspace://'.length))
  const named = target.startsWith('/') ? { path: pathOf(target) } : { id: idOf(target) }
  return fragment === '' ? named : { ...named, mimeType: typeOf(fragment) }
}

/** The inverse of `parseReference`. */
export function formatReference(reference: Reference): string {
  const target =
    'id' in reference ? reference.id : reference.path.split('/').map(encodeURIComponent).join('/')
  const { mimeType } = reference
  return `workspace://${target}${mimeType === undefined ? '' : `#${encodeType(mimeType)}`}`
}

/** Adds a type to the text of a reference that has none. */
export function withType(text: string, mimeType: string): string {
  const [target, fragment] = splitFragment(text)
  return fragment === '' ? `${target}#${encodeType(mimeType)}` : text
}

/** Splits a text at its first `#`. */
function splitFragment(text: string): [target: string, fragment: string] {
  const mark = text.indexOf('#')
  return mark < 0 ? [text, ''] : [text.slice(0, mark), text.slice(mark + 1)]
}

function idOf(target: string): FileId {
  const id = parseFileId(target)
  if (id === undefined) {
    throw refusedSource(
      'must name a file by its id, as workspace://{id}, or by its path, as workspace:///{path}',
    )
  }
  return id
}

function pathOf(target: string): WorkspacePath {
  if (target.includes('?')) {
    throw refusedSource('must not have a "?" in its path; write it as %3F')
  }
  const segments = target.split('/').map((segment) => decoded(segment))
  if (segments.some((segment) => segment.includes('/'))) {
    throw refusedSource('must not have an encoded slash (%2F) in its path')
  }
  return parsePath(segments.join('/'), undefined, 'source')
}

function typeOf(fragment: string): string {
  const essence = parseEssence(decoded(fragment))
  if (essence === undefined) {
    throw refusedSource('must have a media type such as image/png, or nothing, after its "#"')
  }
  return essence
}

/** Percent-encodes a type, except for `/` and `+`, which a fragment may contain (RFC 3986 §3.5). */
function encodeType(mimeType: string): string {
  return encodeURIComponent(mimeType).replaceAll('%2F', '/').replaceAll('%2B', '+')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw refusedSource('has a "%" that does not start a UTF-8 escape; write a percent sign as %25')
  }
}
