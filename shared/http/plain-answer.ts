/**
 * An answer whose headers stay a plain object until Node writes them. `c.body` copies them into a `Headers`, which costs as much as the
 * rest of a small answer. Loses headers that were set with `c.header` before;
 * `presetHeader` sets them.
 */
export function plainAnswer(
  body: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null,
  status: number,
  headers: Record<string, string>,
): Response {
  return new Response(body, { status, headers })
}

/** A text of JSON as an answer. */
export function jsonAnswer(
  text: string,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  return plainAnswer(text, status, { 'Content-Type': 'application/json', ...headers })
}
