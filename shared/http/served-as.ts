import { inlineType } from '../media/media-types.ts'
import { isXml } from '../media/text-formats.ts'
import type { ReadyFile } from '../model/file.ts'
import { contentDisposition } from './protocol/disposition.ts'

interface ServedAs {
  contentType: string
  contentDisposition: string
}

/**
 * The `Content-Type` and `Content-Disposition` of a file's bytes. With `inline` browsers display a file whose type cannot run
 * scripts, under the type name that browsers recognize.
 */
export function servedAs(
  { name, mimeType, charset }: Pick<ReadyFile, 'name' | 'mimeType' | 'charset'>,
  inline: boolean,
): ServedAs {
  const shown = inline ? inlineType(mimeType) : undefined
  const type = shown ?? mimeType
  return {
    contentType:
      charset === undefined || !takesCharset(type) ? type : `${type}; charset=${charset}`,
    contentDisposition: contentDisposition(shown === undefined ? 'attachment' : 'inline', name),
  }
}

/** `text/*` (RFC 6657) and XML types (RFC 7303); JSON is always UTF-8 (RFC 8259 §8.1). */
function takesCharset(type: string): boolean {
  return type.startsWith('text/') || isXml(type)
}

const isPlayed = /^(?:audio|video)\//

/**
 * The `Content-Security-Policy` of served bytes. No policy allows scripts. Audio and video keep their origin, because a player
 * requests its file with CORS and an opaque origin fails that check (docs/decisions/inline-and-sandbox.md).
 */
export function securityPolicy({ contentType, contentDisposition }: ServedAs): string {
  if (!contentDisposition.startsWith('inline')) return "default-src 'none'; sandbox"
  return isPlayed.test(contentType)
    ? "default-src 'none'; sandbox allow-same-origin; media-src 'self'"
    : "default-src 'none'; sandbox; img-src 'self'; style-src 'unsafe-inline'"
}
