import { fieldsOf, type Job } from './job.ts'

const sampleBytes = 64 * 1024

/** Whether the platform has `crypto.subtle`, which pages without TLS lack. */
export function hasDigests(): boolean {
  return (globalThis.crypto as { subtle?: object }).subtle !== undefined
}

/** The SHA-256 in hex; undefined without digests. */
export async function sha256(bytes: Blob): Promise<string | undefined> {
  if (!hasDigests()) return undefined
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await bytes.arrayBuffer()))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * Names an upload: the service, the user, the target, and the bytes by their size, their date and samples of them. Another file
 * of the same name has another one.
 */
export async function fingerprintOf(job: Job): Promise<string | undefined> {
  const { body, options, connection } = job
  const { name, mimeType, checksum } = options
  const { size } = body
  const upload = JSON.stringify([
    connection.base,
    userOf(await connection.token()),
    [fieldsOf(job), name ?? body.name, mimeType, checksum],
    size,
    body.lastModified,
  ])
  const starts = [0, size / 2, size - sampleBytes].map((at) => Math.max(0, Math.floor(at)))
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
