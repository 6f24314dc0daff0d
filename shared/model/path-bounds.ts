import type { ListQuery } from './listing.ts'
import { sessionFolder } from './path.ts'

/** Sorts before every character of a path. */
const firstCharacter = '\u0001'

/** Sorts after every path: U+10FFFF is a noncharacter, which no path contains. */
const lastCharacter = '\u{10ffff}'

/** The paths that the prefix, or the exact path, and the session of a query select, from `low` (inclusive) to `high` (exclusive). */
export interface PathBounds {
  low: string
  high: string
  /** The prefix and the session have no path in common. */
  isEmpty: boolean
  /** Whether the range excludes files of the session, or for a query without a session, files of the workspace. */
  isNarrowed: boolean
}

export function pathBounds({
  prefix = '',
  sessionId,
  path,
}: Pick<ListQuery, 'prefix' | 'sessionId' | 'path'>): PathBounds {
  if (path !== undefined) {
    return { low: path, high: path + firstCharacter, isEmpty: false, isNarrowed: true }
  }
  const session = sessionId === undefined ? '' : sessionFolder(sessionId)
  const low = prefix.startsWith(session) ? prefix : session
  return {
    low,
    high: low + lastCharacter,
    isEmpty: !low.startsWith(prefix),
    isNarrowed: low !== session && narrowsPaths(low),
  }
}

/** Whether a prefix excludes any path. Every path starts with `/`. */
export function narrowsPaths(prefix = ''): boolean {
  return prefix !== '' && prefix !== '/'
}
