export interface Disposition {
  type: string
  /** The `filename` parameter, unquoted. */
  fallback: string | undefined
  /** The decoded `filename*` parameter, which browsers use as the name of the download. */
  extended: string | undefined
}

/** Reads a `Content-Disposition` header strictly by the grammars of RFC 6266 §4.1 and RFC 8187 §3.2.1. */
export function parseDisposition(header: string | null): Disposition {
  const token = String.raw`[!#$%&'*+.^_\`|~0-9A-Za-z-]+`
  const start = new RegExp(`^(${token})`).exec(header ?? '')
  if (header === null || start === null) throw new Error(`not a disposition: ${header}`)
  const parameters = new Map<string, string>()
  const parameter = new RegExp(
    String.raw`[ \t]*;[ \t]*(${token})=(?:(${token})|"((?:[\t \x21\x23-\x5b\x5d-\x7e]|\\[\t \x21-\x7e])*)")`,
    'y',
  )
  parameter.lastIndex = start[0].length
  for (let at = start[0].length; at < header.length; at = parameter.lastIndex) {
    const match = parameter.exec(header)
    const name = match?.[1]?.toLowerCase()
    if (!match || name === undefined || parameters.has(name)) {
      throw new Error(`malformed after ${at}: ${header}`)
    }
    parameters.set(name, match[2] ?? (match[3] ?? '').replace(/\\(.)/g, '$1'))
  }
  const extended = parameters.get('filename*')
  return {
    type: start[0].toLowerCase(),
    fallback: parameters.get('filename'),
    extended: extended === undefined ? undefined : decodeExtended(extended),
  }
}

function decodeExtended(value: string): string {
  const match = /^UTF-8'[A-Za-z-]*'((?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-Fa-f]{2})*)$/i.exec(value)
  if (match?.[1] === undefined) throw new Error(`not an ext-value: ${value}`)
  return decodeURIComponent(match[1])
}
