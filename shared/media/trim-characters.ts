/**
 * Removes the given characters from both ends of a text, in linear time. The expression `/[ \t]+$/` is quadratic on runs of
 * spaces that are not at the end, because the engine tries each space as the start of a match.
 */
export function trimCharacters(text: string, characters: string): string {
  let start = 0
  let end = text.length
  while (start < end && characters.includes(text.charAt(start))) start += 1
  while (end > start && characters.includes(text.charAt(end - 1))) end -= 1
  return text.slice(start, end)
}

/** Optional white space of HTTP fields (RFC 9110 §5.6.3). */
export const optionalWhiteSpace = ' \t'
