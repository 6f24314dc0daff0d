/** The error of Node's HTTP parser. */
interface ParseError {
  code?: string | undefined
  message: string
  /** The bytes that the parser was reading. */
  rawPacket?: Uint8Array | undefined
}

interface Failure {
  field: string
  rule: string
}

const length: Failure = {
  field: 'Content-Length',
  rule: 'must be one number of bytes, without Transfer-Encoding beside it',
}
const coding: Failure = {
  field: 'Transfer-Encoding',
  rule: 'must be "chunked" alone, without Content-Length beside it',
}
const chunk: Failure = {
  field: 'body',
  rule: 'is not chunked as Transfer-Encoding says (RFC 9112 §7.1)',
}
const header: Failure = {
  field: 'headers',
  rule: 'must be lines "Name: value" without control characters, and no blank in or after the name (RFC 9112 §5)',
}
const lineEnd: Failure = {
  field: 'headers',
  rule: 'must be lines that end in CR LF, each with a name (RFC 9112 §2.2)',
}

/** https://github.com/nodejs/llhttp/blob/main/src/llhttp/constants.ts */
const failures: Record<string, Failure> = {
  HPE_INVALID_URL: {
    field: 'target',
    rule: 'must be percent-encoded: write each byte of a character beyond ASCII as %XX, such as na%C3%AFve for naïve (curl: -G --data-urlencode "q=naïve")',
  },
  HPE_INVALID_CONSTANT: {
    field: 'target',
    rule: 'must be followed by HTTP/1.1; write a blank in it as %20',
  },
  HPE_INVALID_METHOD: {
    field: 'method',
    rule: 'is not known; use DELETE, GET, HEAD, OPTIONS, PATCH, POST or PUT, in capitals',
  },
  HPE_INVALID_VERSION: {
    field: 'version',
    rule: 'must be HTTP/1.1 or HTTP/1.0, with CR LF after it',
  },
  HPE_PAUSED_H2_UPGRADE: { field: 'version', rule: 'must be HTTP/1.1 or HTTP/1.0, not HTTP/2' },
  HPE_INVALID_HEADER_TOKEN: header,
  HPE_LF_EXPECTED: lineEnd,
  HPE_CR_EXPECTED: lineEnd,
  HPE_STRICT: lineEnd,
  HPE_INVALID_CONTENT_LENGTH: length,
  HPE_UNEXPECTED_CONTENT_LENGTH: length,
  HPE_INVALID_TRANSFER_ENCODING: coding,
  HPE_INVALID_CHUNK_SIZE: chunk,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: chunk,
  HPE_INVALID_EOF_STATE: { field: 'request', rule: 'was cut off; send it again, whole' },
}

/** The part of a request that Node could not parse, and the rule for it. */
export function parseFailure({ code, message, rawPacket }: ParseError): Failure {
  if (isTlsHello(rawPacket)) {
    return { field: 'request', rule: 'is TLS, and this port speaks plain HTTP; use http://' }
  }
  const known = code === undefined ? undefined : failures[code]
  return known ?? { field: 'request', rule: `is not HTTP/1.1 (${message})` }
}

/** The record type and version that a TLS client sends first (RFC 8446 §5.1). */
function isTlsHello(bytes: Uint8Array | undefined): boolean {
  return bytes?.[0] === 0x16 && bytes[1] === 0x03
}
