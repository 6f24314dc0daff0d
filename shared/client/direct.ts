import { statusOf } from './coffer-error.ts'
import { contentRoute } from './content-route.ts'
import { sha256 } from './fingerprint.ts'
import { fieldsOf, type Job } from './job.ts'
import { getFile } from './settled.ts'
import type { FileView } from './types.ts'

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
      const isOwn = attempts > 1 && [409, 412].includes(statusOf(error))
      const stored = isOwn ? await findStored(job, signal) : undefined
      if (stored) return stored
      throw error
    }
  })
}

async function putBytes(job: Job, signal: AbortSignal): Promise<FileView> {
  const { body, options } = job
  const { ifMatch, checksum, mimeType = body.type } = options
  const { path = '', onConflict, origin, modifiedAt, ...fields } = fieldsOf(job)
  // The route replaces by default.
  const { overwrite = (onConflict ?? ifMatch) === undefined ? false : undefined } = fields
  return send(job, {
    method: 'PUT',
    route: contentRoute(path),
    query: { overwrite, onConflict, origin, modifiedAt },
    headers: {
      'Content-Type': mimeType || 'application/octet-stream',
      'If-Match': ifMatch && `"${ifMatch}"`,
      'Repr-Digest': checksum && reprDigest(checksum),
    },
    body,
    signal,
  })
}

async function postForm(job: Job, signal: AbortSignal): Promise<FileView> {
  const { body, options } = job
  const { name = body.name ?? 'file', mimeType } = options
  const form = new FormData()
  for (const [field, value] of Object.entries(fieldsOf(job))) {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    if (value !== undefined) form.set(field, text)
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
  const { session, path = options.name ?? body.name ?? 'file' } = fieldsOf(job)
  const folder = session === undefined ? '/' : `/sessions/${session}/`
  const absolute = path.startsWith('/') ? path : folder + path
  const found = await getFile(connection, absolute, 20, signal).catch((error: unknown) => {
    if (![404, 410].includes(statusOf(error))) throw error
  })
  const checksum = options.checksum ?? (await sha256(body))
  return checksum !== undefined && found?.checksum === checksum ? found : undefined
}

function reprDigest(checksum: string): string {
  const bytes = checksum.match(/../g) ?? []
  return `sha-256=:${btoa(String.fromCharCode(...bytes.map((hex) => Number.parseInt(hex, 16))))}:`
}
