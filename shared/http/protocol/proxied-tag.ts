import type { EntityTag } from './entity-tag.ts'

/** A SHA-256, and content codings after it, as Apache (`-gzip`), Jetty (`--gzip`) and others append them. */
const form =
  /^(?<checksum>[0-9a-f]{64})(?:[-;:._+]{1,2}(?:br|compress|deflate|gzip|x-gzip|zstd)){0,2}$/

/**
 * The checksum that an entity-tag of ours names, also after a proxy that compresses has made it weak (nginx, RFC 9110
 * §8.8.1) or has put the coding after it. See docs/decisions/etags-behind-proxies.md.
 */
export function checksumIn({ opaque }: EntityTag): string | undefined {
  return form.exec(opaque)?.groups?.['checksum']
}
