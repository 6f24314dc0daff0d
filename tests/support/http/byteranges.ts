export interface RangePart {
  contentType: string
  contentRange: string
  body: string
}

/** Parses a `multipart/byteranges` body (RFC 9110 §14.6). Bodies are latin1 text, one character for each byte. */
export async function parseByteranges(response: Response): Promise<RangePart[]> {
  const type = response.headers.get('content-type') ?? ''
  const boundary = /^multipart\/byteranges;\s*boundary="?([^";]+)"?$/i.exec(type)?.[1]
  if (boundary === undefined) throw new Error(`not multipart/byteranges: ${type}`)
  const text = Buffer.from(await response.arrayBuffer()).toString('latin1')
  const pieces = `\r\n${text}`.split(`\r\n--${boundary}`)
  if (!pieces.at(-1)?.startsWith('--')) throw new Error('no closing delimiter')
  return pieces.slice(1, -1).map(parsePart)
}

function parsePart(piece: string): RangePart {
  const end = piece.indexOf('\r\n\r\n')
  const headers = new Headers()
  for (const line of piece.slice(0, end).split('\r\n').filter(Boolean)) {
    const colon = line.indexOf(':')
    headers.append(line.slice(0, colon), line.slice(colon + 1).trim())
  }
  return {
    contentType: headers.get('content-type') ?? '',
    contentRange: headers.get('content-range') ?? '',
    body: piece.slice(end + 4),
  }
}
