import { randomUUID } from 'node:crypto'

/**
 * The body of an upload in one request: the metadata of the object as JSON, and its bytes (RFC 2387,
 * https://cloud.google.com/storage/docs/uploading-objects#rest-upload-objects). Copies the bytes once.
 */
export function multipartRelated(
  metadata: object,
  bytes: Buffer,
): { headers: Record<string, string>; body: Buffer } {
  const boundary = `coffer-${randomUUID()}`
  const head = [
    `--${boundary}`,
    'Content-Type: application/json',
    '',
    JSON.stringify(metadata),
    `--${boundary}`,
    'Content-Type: application/octet-stream',
    '',
    '',
  ].join('\r\n')
  return {
    headers: { 'Content-Type': `multipart/related; boundary=${boundary}` },
    body: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--`)]),
  }
}
