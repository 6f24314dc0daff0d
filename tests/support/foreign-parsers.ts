import { z } from 'zod'
import { readVerdict, readVersion } from '../../shared/adapters/clamd/reply.ts'
import { parseLocation } from '../../shared/adapters/disk/locate.ts'
import { verifyBlobUrl } from '../../shared/adapters/disk/signed-url.ts'
import { qualityOf } from '../../shared/http/protocol/accept.ts'
import { openFirebase } from '../../shared/http/auth/firebase.ts'
import { openLocal } from '../../shared/http/auth/local.ts'
import { openOidc } from '../../shared/http/auth/oidc.ts'
import { bearerToken, identityOf, parseUserId } from '../../shared/http/auth/token.ts'
import {
  evaluatePreconditions,
  ifRangeHolds,
  parseWritePreconditions,
} from '../../shared/http/protocol/conditional.ts'
import { expectedChecksum } from '../../shared/http/protocol/digest.ts'
import { contentDisposition } from '../../shared/http/protocol/disposition.ts'
import { fileNameOf } from '../../shared/http/protocol/form-file-name.ts'
import { parseHttpDate } from '../../shared/http/protocol/http-date.ts'
import { parseJson } from '../../shared/api/json.ts'
import { listElements } from '../../shared/http/protocol/list-elements.ts'
import { metadataTextSchema } from '../../shared/api/metadata-schema.ts'
import { parsed } from '../../shared/api/parsed.ts'
import { parsePartHeader } from '../../shared/http/protocol/part-header.ts'
import { parsePairs } from '../../shared/http/protocol/form-urlencoded.ts'
import { integer } from '../../shared/api/text-fields.ts'
import { selectRanges } from '../../shared/http/protocol/ranges.ts'
import { decodePercent } from '../../shared/http/protocol/percent-encoding.ts'
import { assertPlainPath } from '../../shared/http/target.ts'
import { traceContextOf } from '../../shared/observability/trace-context.ts'
import { parseUploadRange } from '../../shared/http/protocol/upload-range.ts'
import { isLoopbackHost } from '../../shared/http/protocol/loopback.ts'
import { isOriginPattern, matchesOrigin } from '../../shared/http/protocol/origin.ts'
import { parseDataUri } from '../../shared/media/data-uri.ts'
import { isEnvelope } from '../../shared/media/encryption/envelope.ts'
import { parseEssence } from '../../shared/media/essence.ts'
import { contentDecoder } from '../../shared/adapters/web/content-coding.ts'
import { headerText, suggestedName } from '../../shared/adapters/web/suggested-name.ts'
import { parseTarget } from '../../shared/adapters/web/target.ts'
import { canonicalType, inlineType, typeOfName } from '../../shared/media/media-types.ts'
import { normalizeMimeType } from '../../shared/media/mime-type.ts'
import { parseReference, withType } from '../../shared/media/reference.ts'
import { mayBeInside } from '../../shared/media/sniff/refinements.ts'
import { parseExecutionId } from '../../shared/workspace/store-media/execution-id.ts'
import { parseGcsUri } from '../../shared/media/gcs-uri.ts'
import { isRemote } from '../../shared/workspace/open-source.ts'
import { detectType } from '../../shared/media/sniff/detect-type.ts'
import { readCursor } from '../../shared/model/cursor.ts'
import { list } from '../../shared/workspace/list.ts'
import {
  parseFileId,
  parseName,
  parsePath,
  parsePrefix,
  parseSessionId,
} from '../../shared/model/path.ts'
import type { Ports } from '../../shared/ports/ports.ts'
import { decodeWorkspaceId, ownerOf } from '../../shared/model/storage-path.ts'

/** A parser of text that an anonymous caller can send. */
export interface ForeignParser {
  name: string
  parse: (text: string) => unknown
  /** Text before and after a long run, so that the parser reaches the run. Runs without surrounding text are also tested. */
  around?: [before: string, after: string][]
  /** Pieces of the parser's grammar that the tests repeat. */
  pieces?: string[]
}

const etag = `"${'0'.repeat(64)}"`
const validators = { etag, lastModified: new Date(0) }
const query = { workspaceId: 'w', deleted: false, sort: 'created', descending: true } as const
const caller = { workspaceId: 'w' }
const noKeys = { jwksUrl: new URL('http://127.0.0.1:9/') }
const oidc = openOidc({ issuer: 'https://i', audiences: ['a'], ...noKeys })
const firebase = openFirebase({ projectId: 'p', emulator: false, ...noKeys })
const local = openLocal({ origins: [] })
const credentials = { authorization: undefined, host: 'localhost', origin: undefined, peer: '::1' }
const emptyCatalog = { list: async () => ({ files: [] }) } as unknown as Ports['catalog']
const conditions = (name: string) => (text: string) => {
  const field = (asked: string) => (asked === name ? text : undefined)
  evaluatePreconditions('GET', field, validators)
  return parseWritePreconditions(field)
}
const tags = {
  around: [
    ['"a"', 'x'],
    ['"', ''],
    ['W/', '"'],
  ],
  pieces: ['"a",', '"a" ', 'W/"a"', 'W/'],
} satisfies Partial<ForeignParser>
const mime = {
  around: [
    ['a/', 'b'],
    ['a', '/b'],
    ['a/b;c=', ';d=e'],
    ['a/b;c="', '"'],
  ],
  pieces: ['a/b;', ';a=b', ';a="b"', '; ', '\\"'],
} satisfies Partial<ForeignParser>

export const foreignParsers: ForeignParser[] = [
  {
    name: 'Range',
    parse: (text) => selectRanges(text, 10),
    around: [
      ['bytes=', ''],
      ['bytes=0-', 'x'],
      ['bytes=0-1', ',x'],
      ['bytes=-', 'x'],
    ],
    pieces: ['0-1,', '-1, ', ' ,', '0-'],
  },
  { name: 'If-Match', parse: conditions('if-match'), ...tags },
  { name: 'If-None-Match', parse: conditions('if-none-match'), ...tags },
  { name: 'If-Range', parse: (text) => ifRangeHolds(text, validators), ...tags },
  {
    name: 'If-Modified-Since',
    parse: (text) => parseHttpDate(text),
    around: [
      ['Thu, 01 Jan 1970 00:00:00', ' GMT'],
      ['Thu, ', ''],
    ],
    pieces: ['Thu, 01 Jan 1970 ', 'Sunday, '],
  },
  {
    name: 'Accept',
    parse: (text) => qualityOf(text, 'image/png'),
    around: [
      ['image/png;q="', '"'],
      ['a/b;', ', c/d'],
    ],
    pieces: ['a/b,', 'a/b;q=1,', ';a="b"', '*/*,', ' ; q = 1 ,'],
  },
  {
    name: "a part's Content-Disposition",
    parse: (text) => parsePartHeader(text, `text/plain; ${text}`),
    around: [
      ['form-data; name="', '"'],
      ['form-data; filename="', 'x'],
      ["form-data; filename*=utf-8''", ''],
      ['form-data; filename=', '; name=file'],
    ],
    pieces: ['; a=b', '; a="b"', '"  ', '\\"', '" ;', '%41'],
  },
  {
    name: 'the file name of a form',
    parse: (text) => fileNameOf({ text, isExtended: false }, 'aiohttp/3'),
    around: [
      ['=?utf-8?B?', '?='],
      ['=?utf-8?Q?', '?='],
    ],
    pieces: ['=?utf-8?Q?a?= ', '=41', '%41', '%22', '%E2%82%AC'],
  },
  {
    name: 'Origin, allowed',
    parse: (text) => [matchesOrigin(['https://*.example.com'], text), isOriginPattern(text)],
    around: [
      ['https://', '.example.com'],
      ['https://*.', '.com'],
    ],
    pieces: ['a.', '*.'],
  },
  {
    name: 'Prefer',
    parse: (text) => listElements(text),
    around: [
      ['"', ''],
      ['wait=', 'x'],
      ['a="', '"'],
    ],
    pieces: ['wait=1,', '"\\"', '\\"', '"a",'],
  },
  {
    name: 'Content-Digest',
    parse: (text) => expectedChecksum(() => text),
    around: [
      ['sha-256=:', ':'],
      ['sha-256=', ''],
    ],
    pieces: ['a=:YQ==:,', 'a;b=1, ', 'a=("b" 1);'],
  },
  {
    name: 'Content-Range',
    parse: parseUploadRange,
    around: [
      ['bytes ', '/*'],
      ['bytes 0-', '/1'],
      ['bytes 0-1/', 'x'],
    ],
    pieces: ['bytes 0-1/2'],
  },
  {
    name: 'traceparent',
    parse: (text) => traceContextOf(() => text),
    around: [
      [`01-${'1'.repeat(32)}-${'1'.repeat(16)}-01-`, '\n'],
      ['00-', ''],
    ],
    pieces: ['00-'],
  },
  {
    name: 'Authorization',
    parse: bearerToken,
    around: [
      ['Bearer ', ''],
      ['Bearer', 'x'],
    ],
    pieces: ['a.', 'Bearer '],
  },
  {
    name: 'Authorization, local',
    parse: (text) => local({ ...credentials, authorization: text }),
    around: [['Bearer local:', '']],
  },
  {
    name: 'Authorization, OpenID Connect',
    parse: (text) => oidc({ ...credentials, authorization: text }),
    around: [
      ['Bearer ', '.e30.'],
      ['Bearer e30.', '.'],
    ],
    pieces: ['e30.'],
  },
  {
    name: 'Authorization, Firebase',
    parse: (text) => firebase({ ...credentials, authorization: text }),
    around: [['Bearer ', '.e30.']],
  },
  {
    name: 'Origin',
    parse: (text) => local({ ...credentials, origin: text }),
    around: [['http://', '']],
    pieces: ['a.', 'xn--', 'a@'],
  },
  {
    name: 'Host',
    parse: (text) => local({ ...credentials, host: text }),
    pieces: ['a.', 'xn--', 'a@'],
  },
  { name: 'a host name', parse: isLoopbackHost, around: [['[', ']']] },
  {
    name: 'claims of a token',
    parse: (text) => [parseUserId(text), identityOf({ sub: 'a', scope: text })],
    pieces: ['files:read '],
  },
  { name: 'Content-Type', parse: parseEssence, ...mime },
  { name: 'a MIME type', parse: normalizeMimeType, ...mime },
  {
    name: 'a canonical type',
    parse: (text) => [canonicalType(text), inlineType(text), mayBeInside('application/zip', text)],
    around: [['application/', '+zip']],
  },
  {
    name: 'a path of a URL',
    parse: assertPlainPath,
    around: [['/', '']],
    pieces: ['/.', '%41', '%2', '/a/'],
  },
  { name: 'percent-encoding', parse: decodePercent, pieces: ['%41', '%2', '%e2%82%ac', '%ff'] },
  {
    name: 'a query',
    parse: (text) => parsePairs(text, () => true),
    around: [
      ['a=', ''],
      ['', '&a=1'],
    ],
    pieces: ['a=1&', 'a&', '=&', '%41='],
  },
  { name: 'a number', parse: (text) => integer(0, 9).safeParse(text), around: [['', 'x']] },
  {
    name: 'JSON',
    parse: (text) => parseJson(text, 'body'),
    around: [
      ['[', ']'],
      ['"', '"'],
      ['{"a":', '}'],
      ['[0', ']'],
    ],
    pieces: ['[', '{"a":', '[0,', '0,', '"",', '\\"', '"\\\\",', '{},', '[],', '1e', '\\u0041'],
  },
  {
    name: 'metadata',
    parse: (text) => parsed(z.object({ metadata: metadataTextSchema }), { metadata: text }),
    around: [
      ['{"a":"', '"}'],
      ['{"a":[0', ']}'],
    ],
    pieces: [',0', '"a":0,', '[],'],
  },
  {
    name: 'a reference',
    parse: parseReference,
    around: [
      ['workspace://', ''],
      ['workspace:///', '#a/b'],
      ['workspace:///a#', ''],
    ],
    pieces: ['a/', '#', '%41', '/..'],
  },
  { name: 'a reference without a type', parse: (text) => withType(text, 'a/b'), pieces: ['#'] },
  {
    name: 'a data URI',
    parse: (text) => parseDataUri(text, { maxBytes: 1024 * 1024 }),
    around: [
      ['data:', ','],
      ['data:a', 'b,'],
      ['data:a/', 'b,'],
      ['data:;base64,', ''],
      ['data:,', '%'],
      ['data:a/b;c', '=d;base64,'],
      ['data:/', ''],
    ],
    pieces: ['%41', 'YQ==', ';base64', '; base64', ';a=b', '../', 'data:'],
  },
  {
    name: 'an object of Cloud Storage',
    parse: parseGcsUri,
    around: [
      ['gcs://', ''],
      ['gcs://bucket/', ''],
    ],
    pieces: ['a/'],
  },
  {
    name: 'a source',
    parse: isRemote,
    around: [
      ['a', '://'],
      ['a', ''],
    ],
    pieces: ['a+'],
  },
  {
    name: 'a URL',
    parse: (text) => parseTarget(text, [80, 443]),
    around: [
      ['http://', '/'],
      ['http://a/', ''],
      ['http://a/?', ''],
      ['http://', '@a/'],
    ],
    pieces: ['a.', 'xn--', 'a@', 'a:b@', '../', '%41', '一', '1.'],
  },
  {
    name: 'Content-Encoding',
    parse: contentDecoder,
    around: [['gzip', 'x']],
    pieces: ['gzip,', ' ,', 'identity, '],
  },
  {
    name: 'Content-Disposition',
    parse: (text) => suggestedName(headerText(text), new URL('http://a/b')),
    around: [
      ['attachment; filename="', '"'],
      ['attachment; filename=', ''],
      ["attachment; filename*=UTF-8''", ''],
      ['attachment', '; a=b'],
      ['attachment; a', '=b'],
    ],
    pieces: ['; a=b', '\\"', '"', '%41', '; '],
  },
  {
    name: 'a URL that names a file',
    parse: (text) => suggestedName(undefined, new URL(`http://a/${text}`)),
    pieces: ['a/', '%41'],
  },
  {
    name: 'a path',
    parse: (text) => parsePath(text),
    around: [
      ['/', ''],
      ['/a', '/b'],
    ],
    pieces: ['/a', '/.', '\u0300\u0316', 'ᄀ'],
  },
  {
    name: 'a prefix',
    parse: (text) => parsePrefix(text),
    around: [
      ['/', ''],
      ['/a', '\u0316'.repeat(100)],
    ],
    pieces: ['/a', '\u0300\u0316'],
  },
  {
    name: 'a file name',
    parse: (text) => [parseName(text), typeOfName(text)],
    around: [['a', '.txt']],
    pieces: ['.a', '\u0300\u0316'],
  },
  {
    name: 'a search',
    parse: (text) => list({ catalog: emptyCatalog }, caller, { limit: 1, nameContains: text }),
    pieces: ['\u0300\u0316', 'ς'],
  },
  { name: 'a session id', parse: (text) => parseSessionId(text) },
  { name: 'a file id', parse: parseFileId, pieces: ['00000000-'] },
  { name: 'an execution id', parse: parseExecutionId },
  {
    name: 'a cursor',
    parse: (text) => readCursor(query, text),
    around: [
      ['e30', '.x'],
      ['', '.x'],
    ],
    pieces: ['e30.', '.', 'W1tb'],
  },
  {
    name: 'a storage path',
    parse: (text) => [ownerOf(text), decodeWorkspaceId(text), parseLocation(`local://${text}`)],
    around: [['w/', '/a']],
    pieces: ['a/', '~61', '_a'],
  },
  {
    name: 'a signed link',
    parse: (text) => verifyBlobUrl(Buffer.alloc(32), text, new Date(0)),
    around: [['/api/workspace/signed/', '&signature=0']],
    pieces: ['&signature=', '/api/workspace/signed/'],
  },
  {
    name: 'a reply of clamd',
    parse: (text) => [readVerdict(text, true), readVersion(text)],
    around: [
      ['stream: ', ' FOUND'],
      ['ClamAV ', '/1'],
      ['ClamAV 1/1/Mon Jan 1', ' 00:00:00 2026'],
    ],
    pieces: [' FOUND', '/'],
  },
  {
    name: 'a name to download under',
    parse: (text) => contentDisposition('attachment', text.slice(0, 255)),
  },
  {
    name: 'the bytes of a file',
    parse: (text) => {
      const head = Buffer.from(text)
      return [isEnvelope(head), detectType(head, { name: 'a.xml' })]
    },
    around: [
      ['%PDF', ''],
      [' %PDF-1.4 ', ''],
      ['<', ''],
      ['PK\u0003\u0004', ''],
      ['-----BEGIN PGP MESSAGE-----\n', ''],
    ],
    pieces: ['1 0 ', '1 1', '%PDF-', '<!--', '\u0001'],
  },
]
