import { parseFileId } from './path.ts'
import type { FileId } from './ids.ts'

const maxSafeNameLength = 100

/**
 * The object name of a file's bytes: `{workspace}/{fileId}/{safeName}`. Only `ownerOf` parses it. The safe name helps a
 * person who reads the bucket's listing. Renaming the file does not change it.
 */
export function objectName(workspaceId: string, id: FileId, name: string): string {
  return `${encodeWorkspaceId(workspaceId)}/${id}/${safeName(name)}`
}

/** The file that owns the bytes at a storage path. Undefined for a path that `objectName` never returns. */
export function ownerOf(storagePath: string): { workspaceId: string; id: FileId } | undefined {
  const [workspace, file, name] = storagePath.split('/').slice(-3)
  if (!workspace || !file || !name) return undefined
  const workspaceId = decodeWorkspaceId(workspace)
  const id = parseFileId(file)
  return workspaceId === undefined || id !== file ? undefined : { workspaceId, id }
}

/**
 * Encodes a user id as one path segment of `a-z 0-9 - _ ~`. Lower-case letters, digits and `-` do not change. A capital X
 * becomes `_x`. Any other byte of UTF-8 becomes `~hh`. The encoding is reversible, so ids never collide, not even on a file
 * system that ignores case. The segment contains no dot or slash, which prevents path traversal.
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

/** Undefined for a segment that `encodeWorkspaceId` never returns. */
export function decodeWorkspaceId(segment: string): string | undefined {
  const bytes = segment.replace(/_([a-z])|~([0-9a-f]{2})/g, (_, letter?: string, hex?: string) =>
    letter ? letter.toUpperCase() : String.fromCharCode(Number.parseInt(hex ?? '', 16)),
  )
  const workspaceId = Buffer.from(bytes, 'latin1').toString()
  return encodeWorkspaceId(workspaceId) === segment ? workspaceId : undefined
}

/** The name in ASCII, without characters that are special in a shell, a URL or a file system. */
function safeName(name: string): string {
  const ascii = name.normalize('NFKD').replace(/[^A-Za-z0-9._-]+/g, '_')
  return ascii.slice(-maxSafeNameLength).replace(/^[._]+/, '') || 'file'
}
