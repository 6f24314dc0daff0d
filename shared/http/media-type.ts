const typePattern = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/

/**
 * The type and subtype that a `Content-Type` declares, in lower case (RFC 9110 §8.3.1, RFC 6838 §4.2); for none and for
 * anything else `application/octet-stream`. A mere hint: the bytes decide.
 */
export function mediaType(field: string | undefined): string {
  const essence = field?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  return typePattern.test(essence) ? essence : 'application/octet-stream'
}
