import { optionalWhiteSpace, trimCharacters } from './trim-characters.ts'

/** RFC 6838 §4.2: `restricted-name`, at most 127 characters on either side of the slash. */
const essencePattern = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/
const controlCharacter = /[^\t\x20-\x7e\x80-\u{10ffff}]/u

/** Returns `type/subtype` of a media type in lower case, without parameters; undefined if it is malformed. */
export function parseEssence(mediaType: string): string | undefined {
  if (controlCharacter.test(mediaType)) return undefined
  const [name = ''] = mediaType.split(';', 1)
  const essence = trimCharacters(name, optionalWhiteSpace).toLowerCase()
  return essencePattern.test(essence) ? essence : undefined
}
