/** Text formats outside `text/` and without a `+json`, `+xml` or `+yaml` suffix. */
const textFormats = new Set([
  'application/ecmascript',
  'application/graphql',
  'application/javascript',
  'application/json',
  'application/json5',
  'application/jsonl',
  'application/mbox',
  'application/n-quads',
  'application/n-triples',
  'application/ndjson',
  'application/node',
  'application/pem-certificate-chain',
  'application/rtf',
  'application/sdp',
  'application/sparql-query',
  'application/sql',
  'application/toml',
  'application/trig',
  'application/typescript',
  'application/vnd.apple.mpegurl',
  'application/x-bat',
  'application/x-csh',
  'application/x-ecmascript',
  'application/x-httpd-php',
  'application/x-javascript',
  'application/x-latex',
  'application/x-mpegurl',
  'application/x-ndjson',
  'application/x-pem-file',
  'application/x-perl',
  'application/x-php',
  'application/x-sh',
  'application/x-shellscript',
  'application/x-sql',
  'application/x-subrip',
  'application/x-tcl',
  'application/x-tex',
  'application/x-toml',
  'application/x-yaml',
  'application/xml',
  'application/xml-dtd',
  'application/yaml',
  'audio/mpegurl',
  'audio/x-mpegurl',
  'chemical/x-cif',
  'model/mtl',
  'model/obj',
  'model/vrml',
])
const textSuffix = /\+(?:json|xml|yaml)$/

export function isTextFormat(type: string): boolean {
  return /^(?:text|message)\//.test(type) || textSuffix.test(type) || textFormats.has(type)
}

/** Matches an XML MIME type (WHATWG MIME Sniffing §4.6), including SVG. */
export function isXml(type: string): boolean {
  return type.endsWith('+xml') || type === 'text/xml' || type === 'application/xml'
}

export function isMarkdown(type: string): boolean {
  return type === 'text/markdown' || type === 'text/x-markdown'
}
