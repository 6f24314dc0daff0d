/** One part of a multipart/form-data body (RFC 7578). It is written without escaping, so that tests can send malformed input. */
export interface Part {
  name: string
  body: string | Uint8Array
  /** The unescaped `filename` parameter between the quotes. Bytes for a name that is not UTF-8. */
  fileName?: string | Uint8Array
  contentType?: string
}

export interface MultipartBody {
  body: Buffer
  contentType: string
}

export function multipart(parts: Part[], boundary = 'e2e-boundary-7MA4YWxkTrZu0gW'): MultipartBody {
  const chunks: Uint8Array[] = []
  const write = (chunk: string | Uint8Array) => chunks.push(Buffer.from(chunk as Uint8Array))
  for (const { name, body, fileName, contentType } of parts) {
    write(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"`)
    if (fileName !== undefined) {
      write('; filename="')
      write(fileName)
      write('"')
    }
    write('\r\n')
    if (contentType !== undefined) write(`Content-Type: ${contentType}\r\n`)
    write('\r\n')
    write(body)
    write('\r\n')
  }
  write(`--${boundary}--\r\n`)
  return { body: Buffer.concat(chunks), contentType: `multipart/form-data; boundary=${boundary}` }
}
