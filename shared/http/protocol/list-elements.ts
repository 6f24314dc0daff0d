import { optionalWhiteSpace, trimCharacters } from '../../media/trim-characters.ts'

/**
 * The non-empty elements of a list field (RFC 9110 §5.6.1), trimmed. A comma in a quoted string does not separate elements
 * (§5.6.4). An unclosed string extends to the end of the field. Linear in the length of the field.
 */
export function listElements(field: string): string[] {
  const elements: string[] = []
  let start = 0
  let isQuoted = false
  for (let at = 0; at <= field.length; at += 1) {
    const character = field.charAt(at)
    if (isQuoted && character === '\\') at += 1
    else if (character === '"') isQuoted = !isQuoted
    if (at < field.length && (isQuoted || character !== ',')) continue
    const element = trimCharacters(field.slice(start, at), optionalWhiteSpace)
    if (element !== '') elements.push(element)
    start = at + 1
  }
  return elements
}
