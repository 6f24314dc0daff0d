import { inlineType } from '../media/media-types.ts'
import { isXml } from '../media/text-formats.ts'
import type { ReadyFile } from '../model/file.ts'
import { contentDisposition } from './protocol/disposition.ts'

interface ServedAs {
  contentType: string
  contentDisposition: string
}

/**
 * The `Content-Type` and `Content-Disposition` of a file's bytes. With `inline`, a browser displays a file whose type cannot run
 * scripts; the `Content-Type` is then the name that browsers recognize.
 */
export function servedAs(
  { name, mimeType, charset }: Pick<ReadyFile, 'name' | 'mimeType' | 'charset'>,
  inline: boolean,
): ServedAs {
  const shown = inline ? inlineType(mimeType) : undefined
  const type = shown ?? mimeType
  return {
    contentType:
      charset === undefined || !allowsCharset(type) ? type : `${type}; charset=${charset}`,
    contentDisposition: contentDisposition(shown === undefined ? 'attachment' : 'inline', name),
  }
}

/** `text/*` (RFC 6657) and XML types (RFC 7303); JSON is always UTF-8 (RFC 8259 §8.1). */
function allowsCharset(type: string): boolean {
  return type.startsWith('text/') || isXml(type)
}

const audioOrVideo = /^(?:audio|video)\//

/**
 * The `Content-Security-Policy` of served bytes. No policy allows scripts. Audio and video have `allow-same-origin`, because a
 * player requests its file with CORS and an opaque origin fails that check (docs/decisions/inline-and-sandbox.md).
 */
export function securityPolicy({ contentType, contentDisposition }: ServedAs): string {
  if (!contentDisposition.startsWith('inline')) return "default-src 'none'; sandbox"
  return audioOrVideo.test(contentType)
    ? "default-src 'none'; sandbox allow-same-origin; media-src 'self'"
    : "default-src 'none'; sandbox; img-src 'self'; style-src 'unsafe-inline'"
}
