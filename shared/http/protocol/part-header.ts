/** The file name in the `Content-Disposition` of a part. */
export interface PartFileName {
  /** Undefined if the bytes are invalid in their charset. */
  text: string | undefined
  /** From `filename*` (RFC 8187), which needs no further decoding. */
  isExtended: boolean
}

/** The parts of a part's header that a form needs (RFC 7578 §4). */
export interface PartHeader {
  /** Undefined for a name that is missing or not UTF-8. */
  name: string | undefined
  /** Undefined for a name that is missing or empty. */
  fileName: PartFileName | undefined
  /** The charset of the content. */
  charset: string | undefined
}

/**
 * Parses a part's header fields, in which each character is one byte. Undefined for a part that is not form data or is malformed.
 * Tolerates missing quotes, and unescaped quotes and backslashes, which clients send.
 */
export function parsePartHeader(
  disposition: string | undefined,
  contentType: string | undefined,
): PartHeader | undefined {
  const { type, parameters } = parseParameters(disposition ?? '') ?? {}
  if (type !== 'form-data' || !parameters) return undefined
  return {
    name: nameOf(parameters),
    fileName: fileNameOf(parameters),
    charset: parseParameters(contentType ?? '')?.parameters.get('charset'),
  }
}

/** Decodes bytes in a charset (WHATWG Encoding); undefined for invalid bytes and for an unknown charset. */
export function decodeText(bytes: Uint8Array, charset = 'utf-8'): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function nameOf(parameters: Map<string, string>): string | undefined {
  const plain = parameters.get('name')
  if (plain !== undefined) return decodeText(Buffer.from(plain, 'latin1'))
  const extended = parameters.get('name*')
  return extended === undefined ? undefined : decodeExtended(extended)
}

function fileNameOf(parameters: Map<string, string>): PartFileName | undefined {
  const extended = parameters.get('filename*')
  if (extended !== undefined) return { text: decodeExtended(extended), isExtended: true }
  const plain = parameters.get('filename')
  if (plain === undefined || plain === '') return undefined
  return { text: decodeText(Buffer.from(plain, 'latin1')), isExtended: false }
}

/** An `ext-value` (RFC 8187 §3.2): `UTF-8'en'na%C3%AFve`. RFC 7578 §4.2 forbids it in forms, but .NET sends it. */
function decodeExtended(value: string): string | undefined {
  const [charset = '', , ...rest] = value.split("'")
  const encoded = rest.join("'")
  if (rest.length === 0 || /%(?![0-9a-f]{2})/i.test(encoded)) return undefined
  const bytes = encoded.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return decodeText(Buffer.from(bytes, 'latin1'), charset)
}

/** A value and its parameters, the first of each name; undefined for an unclosed quoted value. */
function parseParameters(field: string) {
  const parameters = new Map<string, string>()
  let at = field.indexOf(';')
  const type = (at === -1 ? field : field.slice(0, at)).trim().toLowerCase()
  while (at !== -1) {
    const equals = field.indexOf('=', at)
    if (equals === -1) break
    const name = field
      .slice(at + 1, equals)
      .trim()
      .toLowerCase()
    const start = skipBlanks(field, equals + 1)
    const value = field[start] === '"' ? quotedValue(field, start + 1) : plainValue(field, start)
    if (value === undefined) return undefined
    if (!parameters.has(name)) parameters.set(name, value.text)
    at = value.end
  }
  return { type, parameters }
}

interface Value {
  text: string
  /** The index of the `;` before the next parameter, or -1. */
  end: number
}

function plainValue(field: string, start: number): Value {
  const end = field.indexOf(';', start)
  return { text: field.slice(start, end === -1 ? undefined : end).trimEnd(), end }
}

/** Ends at a quote before a parameter or the end of the field. An unescaped quote inside a name does not end it. */
function quotedValue(field: string, start: number): Value | undefined {
  let text = ''
  for (let at = start; at < field.length; at += 1) {
    const character = field.charAt(at)
    const next = field.charAt(at + 1)
    if (character === '\\' && (next === '"' || next === '\\')) {
      text += next
      at += 1
      continue
    }
    if (character === '"') {
      const after = skipBlanks(field, at + 1)
      if (after === field.length) return { text, end: -1 }
      if (field[after] === ';') return { text, end: after }
    }
    text += character
  }
  return undefined
}

function skipBlanks(field: string, start: number): number {
  let at = start
  while (field[at] === ' ' || field[at] === '\t') at += 1
  return at
}
