import type { Connection } from './connection.ts'
import type { Body, UploadOptions } from './types.ts'

const sampleBytes = 64 * 1024

/** The SHA-256 in hex; undefined where the platform has no WebCrypto, as a page without TLS. */
export async function sha256(bytes: Blob): Promise<string | undefined> {
  const { subtle } = globalThis.crypto as { subtle?: typeof crypto.subtle }
  if (subtle === undefined) return undefined
  const digest = new Uint8Array(await subtle.digest('SHA-256', await bytes.arrayBuffer()))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * Names an upload: the service, the user, the target, and the bytes by their size, their date and samples of them. Another file
 * of the same name has another one.
 */
export async function fingerprintOf(
  { base, session, token }: Connection,
  body: Body,
  options: UploadOptions,
): Promise<string | undefined> {
  const { path, name, overwrite, onConflict, metadata, origin, mimeType, checksum } = options
  const upload = JSON.stringify([
    base,
    userOf(await token()),
    options.session ?? session,
    path,
    name ?? body.name,
    body.size,
    body.lastModified,
    [overwrite, onConflict, metadata, origin, mimeType, checksum],
  ])
  const starts = [0, body.size / 2, body.size - sampleBytes].map((at) =>
    Math.max(0, Math.floor(at)),
  )
  return sha256(new Blob([upload, ...starts.map((at) => body.slice(at, at + sampleBytes))]))
}

/** The subject of a JWT, which stays when the token is refreshed; otherwise the token. */
function userOf(token = ''): string {
  try {
    const payload = token.split('.')[1] ?? ''
    const text = atob(payload.replaceAll('-', '+').replaceAll('_', '/'))
    const { iss, sub } = JSON.parse(text) as { iss?: string; sub?: string }
    return sub === undefined ? token : `${iss} ${sub}`
  } catch {
    return token
  }
}
