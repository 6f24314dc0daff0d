import { optionalWhiteSpace, trimCharacters } from '../../media/trim-characters.ts'

/** One entity-tag (RFC 9110 §8.8.3); `opaque` is the text between the quotes. */
export interface EntityTag {
  weak: boolean
  opaque: string
}

const tagPattern = /(?<weak>W\/)?"(?<opaque>[\x21\x23-\x7e\x80-\xff]*)"/y

/** The strong entity-tag of bytes: their SHA-256 in quotes (RFC 9110 §8.8.3). */
export function etagOf(checksum: string): string {
  return `"${checksum}"`
}

/** The tags of `If-Match` or `If-None-Match`, or `*`; undefined for a malformed field (RFC 9110 §13.1.1). */
export function parseEntityTags(field: string): EntityTag[] | '*' | undefined {
  const text = trimCharacters(field, optionalWhiteSpace)
  if (text === '*') return '*'
  const tags: EntityTag[] = []
  let position = 0
  let afterTag = false
  while (position < text.length) {
    if (/[ \t,]/.test(text.charAt(position))) {
      if (text[position] === ',') afterTag = false
      position += 1
      continue
    }
    tagPattern.lastIndex = position
    const found = tagPattern.exec(text)
    if (afterTag || !found) return undefined
    tags.push({
      weak: found.groups?.['weak'] !== undefined,
      opaque: found.groups?.['opaque'] ?? '',
    })
    position = tagPattern.lastIndex
    afterTag = true
  }
  return tags
}

/** Strong comparison: identical, and neither is weak (RFC 9110 §8.8.3.2). `etag` is strong. */
export function matchesStrongly(tag: EntityTag, etag: string): boolean {
  return !tag.weak && matchesWeakly(tag, etag)
}

/** Weak comparison: identical whether weak or not (RFC 9110 §8.8.3.2). */
export function matchesWeakly(tag: EntityTag, etag: string): boolean {
  return `"${tag.opaque}"` === etag
}
