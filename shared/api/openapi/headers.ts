interface HeaderKind {
  description: string
  schema: object
}

const text = { type: 'string' }
const checksum = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
const entityTags = { type: 'string', examples: [`"${checksum}"`, '*'] }
const digest = {
  type: 'string',
  examples: ['sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:'],
}
const date = { type: 'string', examples: ['Thu, 26 Nov 2026 08:00:00 GMT'] }

/** The request headers that operations read, besides `Authorization`. Those whose bad values HTTP ignores have no pattern. */
export const requestHeaders = {
  Accept: { description: 'The preferred form of the answer.', schema: text },
  'Content-Digest': {
    description: 'The SHA-256 of this body (RFC 9530), verified before anything is stored.',
    schema: digest,
  },
  'Content-Range': {
    description: 'The bytes of this chunk, or `bytes */{total}` to ask what is stored.',
    schema: { type: 'string', pattern: String.raw`^bytes (\*|\d{1,15}-\d{1,15})/(\*|\d{1,15})$` },
  },
  'Idempotency-Key': {
    description:
      'Names this upload or run: a repeated request with the same key has no second effect (draft-ietf-httpapi-idempotency-key-header).',
    schema: { type: 'string', pattern: String.raw`^[!-~]{1,128}$` },
  },
  'If-Match': { description: 'Holds only for this version of the file.', schema: entityTags },
  'If-Modified-Since': { description: 'Holds for a later version.', schema: date },
  'If-None-Match': {
    description: 'On reads the versions that the client has; on writes `*`: create only.',
    schema: entityTags,
  },
  'If-Range': { description: 'The version that `Range` applies to.', schema: text },
  'If-Unmodified-Since': { description: 'Holds for this or an earlier version.', schema: date },
  'Modified-At': {
    description: 'When the bytes were last changed: `modifiedAt` as a header.',
    schema: { type: 'string', format: 'date-time' },
  },
  'Last-Event-ID': {
    description: 'The last event that the client has. Takes precedence over `after`.',
    schema: { type: 'string', pattern: String.raw`^\d{0,16}$` },
  },
  Prefer: {
    description: '`wait=N`: waits up to N seconds (0 to 60) for the verdict (RFC 7240).',
    schema: { type: 'string', examples: ['wait=10'] },
  },
  Range: {
    description: 'The bytes to read (RFC 9110 §14).',
    schema: { type: 'string', examples: ['bytes=0-499'] },
  },
  'Repr-Digest': {
    description: 'The SHA-256 of the whole file (RFC 9530), verified before it is stored.',
    schema: digest,
  },
} satisfies Record<string, HeaderKind>

/** The headers of answers that clients need. */
export const responseHeaders = {
  'Accept-Ranges': { description: '`bytes`.', schema: text },
  'Content-Disposition': { description: 'The name of the file (RFC 6266).', schema: text },
  'Content-Range': { description: 'The bytes of this answer.', schema: text },
  ETag: { description: 'The SHA-256 of the file in double quotes.', schema: text },
  'Last-Modified': { description: 'The time of the last change.', schema: text },
  Location: { description: 'The address of the result.', schema: text },
  'Preference-Applied': { description: 'The preference that was applied.', schema: text },
  Range: { description: '`bytes=0-N`: what is stored; absent if nothing is.', schema: text },
  'Repr-Digest': { description: 'The SHA-256 of the whole file (RFC 9530).', schema: text },
  'Retry-After': {
    description: 'The seconds after which to try again.',
    schema: { type: 'integer', minimum: 0 },
  },
  'WWW-Authenticate': { description: 'What is wrong with the token (RFC 6750).', schema: text },
} satisfies Record<string, HeaderKind>
