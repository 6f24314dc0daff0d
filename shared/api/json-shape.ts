import { invalid } from '../model/errors.ts'

/** The deepest nesting. Recursive code processes it without exhausting the stack. */
export const maxDepth = 64

/** More than valid metadata can have: 16 KiB of `[],[],…` has 10,923 opening brackets and commas. */
const maxMembers = 16 * 1024

/**
 * Checks the nesting and the number of members in JSON text before it is parsed, because 4 MiB of `[0,0,…]` need a gigabyte
 * when they are parsed and validated. Throws `invalid-request` with the field. Does not check the syntax.
 */
export function assertBoundedJson(text: string, field: string): void {
  let depth = 0
  let members = 0
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at)
    if (character === quote) at = endOfString(text, at)
    else if (character === comma) members += 1
    else if (character === openArray || character === openObject) {
      members += 1
      depth += 1
    } else if (character === closeArray || character === closeObject) depth -= 1
    if (depth > maxDepth + 1) throw tooDeep(field)
    if (members > maxMembers) {
      throw invalid(field, `must have at most ${maxMembers} members and elements`)
    }
  }
}

export function tooDeep(field: string) {
  return invalid(field, `must not be nested deeper than ${maxDepth} levels`)
}

const [quote, comma, openArray, closeArray, openObject, closeObject] = Buffer.from('",[]{}')

/** The index of the quote that ends a string, or the length of the text for an unterminated string. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0
    while (text[end - 1 - escapes] === '\\') escapes += 1
    if (escapes % 2 === 0) return end
  }
  return text.length
}
