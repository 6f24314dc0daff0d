import { refusedSource } from './source-refusals.ts'

const sliceCharacters = 64 * 1024

/** The bytes that a part of a data URI stands for, percent-decoded, a slice at a time. */
export function* payloadBytes(text: string, start: number, end: number): Generator<Buffer> {
  for (let at = start; at < end;) {
    const cut = sliceEnd(text, at, end)
    yield percentDecoded(text.slice(at, cut))
    at = cut
  }
}

/** Neither a percent-escape nor a surrogate pair is cut in two. */
function sliceEnd(text: string, start: number, end: number): number {
  let cut = Math.min(start + sliceCharacters, end)
  if (cut === end) return end
  const escape = text.slice(cut - 2, cut).indexOf('%')
  if (escape >= 0) cut = Math.min(cut + escape + 1, end)
  const last = text.charCodeAt(cut - 1)
  return last >= 0xd800 && last <= 0xdbff ? cut + 1 : cut
}

/** The URL parser drops tabs and line ends, and writes what is not ASCII as UTF-8. */
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
