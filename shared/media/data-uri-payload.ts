import { refusedSource } from './source-refusals.ts'

const sliceCharacters = 64 * 1024

/** Percent-decodes `text` from `start` to `end` and yields the bytes slice by slice. */
export function* payloadBytes(text: string, start: number, end: number): Generator<Buffer> {
  for (let at = start; at < end;) {
    const cut = sliceEnd(text, at, end)
    yield percentDecoded(text.slice(at, cut))
    at = cut
  }
}

/** Returns the end of a slice. It never splits a percent-escape or a surrogate pair. */
function sliceEnd(text: string, start: number, end: number): number {
  let cut = Math.min(start + sliceCharacters, end)
  if (cut === end) return end
  const escape = text.slice(cut - 2, cut).indexOf('%')
  if (escape >= 0) cut = Math.min(cut + escape + 1, end)
  const last = text.charCodeAt(cut - 1)
  return last >= 0xd800 && last <= 0xdbff ? cut + 1 : cut
}

/** Removes tabs and line ends, and encodes other characters than ASCII as UTF-8, as the URL parser does. */
function percentDecoded(slice: string): Buffer {
  const bytes = Buffer.from(slice.replaceAll(/[\t\n\r]+/g, ''))
  if (!bytes.includes('%')) return bytes
  const text = bytes.toString('latin1')
  if (/%(?![0-9a-f]{2})/i.test(text)) {
    throw refusedSource(
      'has a "%" in its data that begins no escape such as %20; write a percent sign as %25',
    )
  }
  const decoded = text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return Buffer.from(decoded, 'latin1')
}
