import type { EntityTag } from './entity-tag.ts'

/** A SHA-256, and content codings that Apache (`-gzip`), Jetty (`--gzip`) and others append. */
const form =
  /^(?<checksum>[0-9a-f]{64})(?:[-;:._+]{1,2}(?:br|compress|deflate|gzip|x-gzip|zstd)){0,2}$/

/**
 * The checksum in an entity-tag of Coffer, also after a compressing proxy has made it weak (nginx, RFC 9110 §8.8.1) or has appended
 * the coding. See docs/decisions/etags-behind-proxies.md.
 */
export function checksumIn({ opaque }: EntityTag): string | undefined {
  return form.exec(opaque)?.groups?.['checksum']
}
