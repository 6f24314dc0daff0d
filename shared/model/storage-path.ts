import { parseFileId } from './path.ts'
import type { FileId } from './ids.ts'

const maxSafeNameLength = 100

/**
 * The object name of a file's bytes: `{workspace}/{fileId}/{safeName}`. It is opaque to every reader but
 * `ownerOf`; the safe name is for a person who looks at the bucket, written once and never parsed.
 */
export function objectName(workspaceId: string, id: FileId, name: string): string {
  return `${encodeWorkspaceId(workspaceId)}/${id}/${safeName(name)}`
}

/** The file that the bytes at a storage path belong to; undefined for a place that is none of ours. */
export function ownerOf(storagePath: string): { workspaceId: string; id: FileId } | undefined {
  const [workspace, file, name] = storagePath.split('/').slice(-3)
  if (!workspace || !file || !name) return undefined
  const workspaceId = decodeWorkspaceId(workspace)
  const id = parseFileId(file)
  return workspaceId === undefined || id !== file ? undefined : { workspaceId, id }
}

/**
 * A user id as one path segment of `a-z 0-9 - _ ~`: lower-case letters, digits and `-` stand for themselves,
 * `_x` is the capital X, `~hh` any other byte of UTF-8. Reversible, so no two ids collide, not even on a
 * file system that folds case; it holds no dot or slash, so none leaves its place.
 */
export function encodeWorkspaceId(workspaceId: string): string {
  let encoded = ''
  for (const byte of Buffer.from(workspaceId)) {
    const character = String.fromCharCode(byte)
    if (/[a-z0-9-]/.test(character)) encoded += character
    else if (/[A-Z]/.test(character)) encoded += `_${character.toLowerCase()}`
    else encoded += `~${byte.toString(16).padStart(2, '0')}`
  }
  return encoded
}

/** Undefined for a segment that `encodeWorkspaceId` never writes. */
export function decodeWorkspaceId(segment: string): string | undefined {
  const bytes = segment.replace(/_([a-z])|~([0-9a-f]{2})/g, (_, letter?: string, hex?: string) =>
    letter ? letter.toUpperCase() : String.fromCharCode(Number.parseInt(hex ?? '', 16)),
  )
  const workspaceId = Buffer.from(bytes, 'latin1').toString()
  return encodeWorkspaceId(workspaceId) === segment ? workspaceId : undefined
}

/** A name in ASCII without anything that a shell, a URL or a file system gives a meaning to. */
function safeName(name: string): string {
  const ascii = name.normalize('NFKD').replace(/[^A-Za-z0-9._-]+/g, '_')
  return ascii.slice(-maxSafeNameLength).replace(/^[._]+/, '') || 'file'
}
