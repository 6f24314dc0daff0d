/** The file that a reference names. */
export type Target = { id: string } | { path: string }

export type Reference = Target & {
  /** The type that the author of the reference states. It reserves the space; the type of the record decides. */
  hint?: string
}

const idPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
/** Control characters, line separators, characters that change the direction of text, and a backslash. */
const forbidden = /[\p{Cc}\u2028-\u202e\u2066-\u2069/\\]/u
/** A path has at most 1024 bytes, each of which an escape writes with three characters. */
const maxCharacters = 4096

/**
 * Parses `workspace://{id}` or `workspace:///{path}`, with an optional `#{type}`; with a session also a relative path. Returns
 * undefined for every other text: it names no file, and nothing is fetched.
 */
export function parseReference(text: string, session = ''): Reference | undefined {
  if (text.length > maxCharacters || !text.isWellFormed()) return undefined
  const [, scheme, target = '', fragment = ''] =
    /^(workspace:\/\/)?([^#]*)(?:#(.*))?$/is.exec(text) ?? []
  const named = targetOf(target, scheme, session)
  const hint = decoded(fragment)?.toLowerCase()
  return named && hint && /^[\w.+-]+\/[\w.+-]+$/.test(hint) ? { ...named, hint } : named
}

function targetOf(target: string, scheme = '', session: string): Target | undefined {
  const id = target.toLowerCase()
  if (scheme && idPattern.test(id)) return { id }
  if (scheme && target.startsWith('/')) return pathOf(target)
  // A colon in the first segment would be the scheme of an address.
  const isRelative = !scheme && /^[^/:]+(\/|$)/.test(target) && /^[\w.~-]{1,128}$/.test(session)
  return isRelative ? pathOf(`/sessions/${session}/${target}`) : undefined
}

function pathOf(target: string): Target | undefined {
  const segments = target.slice(1).split('/').map(decoded)
  const isPath = segments.every(
    (segment) => segment && !/^\.\.?$/.test(segment) && !forbidden.test(segment),
  )
  return isPath && !target.includes('?') ? { path: `/${segments.join('/')}` } : undefined
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
