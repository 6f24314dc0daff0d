import { CofferError } from './coffer-error.ts'
import { contentRoute } from './content-route.ts'
import { sha256 } from './fingerprint.ts'
import { modifiedAtOf, type Job } from './job.ts'
import { settled } from './settled.ts'
import type { FileView, Page } from './types.ts'

/**
 * Sends the bytes in one request: as the body of a `PUT`, or as a form. Before it repeats a request whose answer was lost, it
 * looks for the file, so that no file is stored twice.
 */
export async function sendDirect(job: Job, strategy: 'raw' | 'multipart'): Promise<FileView> {
  const { control } = job
  let attempts = 0
  return control.persist(async (signal) => {
    attempts += 1
    const found = attempts > 1 ? await findStored(job, signal) : undefined
    if (found) return found
    try {
      return await (strategy === 'raw' ? putBytes(job, signal) : postForm(job, signal))
    } catch (error) {
      const isOwn =
        attempts > 1 && error instanceof CofferError && /409|412/.test(`${error.status}`)
      const stored = isOwn ? await findStored(job, signal) : undefined
      if (stored) return stored
      throw error
    }
  })
}

async function putBytes(job: Job, signal: AbortSignal): Promise<FileView> {
  const { body, options } = job
  const { path = '', overwrite, onConflict, ifMatch, checksum, origin } = options
  const { mimeType = body.type } = options
  const conflict = onConflict === undefined ? { overwrite: overwrite ?? false } : { onConflict }
  return send(job, {
    method: 'PUT',
    route: contentRoute(path),
    query: { ...(ifMatch === undefined && conflict), origin, modifiedAt: modifiedAtOf(job) },
    headers: {
      'Content-Type': mimeType || 'application/octet-stream',
      ...(ifMatch !== undefined && { 'If-Match': `"${ifMatch}"` }),
      ...(checksum !== undefined && { 'Repr-Digest': reprDigest(checksum) }),
    },
    body,
    signal,
  })
}

async function postForm(job: Job, signal: AbortSignal): Promise<FileView> {
  const { body, options, connection } = job
  const { path, name = body.name ?? 'file', overwrite, onConflict, metadata, origin } = options
  const { mimeType } = options
  const { session = connection.session } = options
  const form = new FormData()
  const text = metadata && JSON.stringify(metadata)
  const modifiedAt = modifiedAtOf(job)
  const conflict = { overwrite: overwrite?.toString(), onConflict }
  const fields = { path, session, ...conflict, origin, modifiedAt, metadata: text }
  for (const [field, value] of Object.entries(fields)) {
    if (value !== undefined) form.set(field, value)
  }
  form.set('file', mimeType === undefined ? body : body.slice(0, body.size, mimeType), name)
  return send(job, { method: 'POST', route: '/files', body: form, signal })
}

async function send(
  { connection, body, report }: Job,
  call: Parameters<Job['connection']['call']>[0],
): Promise<FileView> {
  const { text } = await connection.call({
    ...call,
    // The head of a form is sent before the file, so the bytes are bounded.
    onSent: (bytes) => report('uploading', Math.min(bytes, body.size)),
  })
  return JSON.parse(text) as FileView
}

/** The file at the target of this upload, if it has these bytes. */
async function findStored(job: Job, signal: AbortSignal): Promise<FileView | undefined> {
  const { body, options, connection } = job
  const checksum = options.checksum ?? (await sha256(body))
  const session = options.session ?? connection.session
  const target = options.path ?? options.name ?? body.name ?? 'file'
  const prefix = session === undefined && !target.startsWith('/') ? `/${target}` : target
  const query = { prefix, session, sort: 'path', limit: 1 }
  const { text } = await connection.call({ method: 'GET', route: '/files', query, signal })
  const [file] = (JSON.parse(text) as Page).files
  if (file === undefined || !file.path.endsWith(target)) return undefined
  const known = await settled(connection, file, { seconds: 20, signal })
  return checksum !== undefined && known.checksum === checksum ? known : undefined
}

function reprDigest(checksum: string): string {
  const bytes = checksum.match(/../g) ?? []
  return `sha-256=:${btoa(String.fromCharCode(...bytes.map((hex) => Number.parseInt(hex, 16))))}:`
}
