import { errorOf, isOutage, statusOf } from './coffer-error.ts'
import { fieldsOf, type Job } from './job.ts'
import { request } from './request.ts'
import { networkError } from './transport.ts'
import type { Session } from './remembered.ts'
import type { Answer, UploadTicket } from './types.ts'

const defaultChunkBytes = 32 * 1024 * 1024
const lost = new Set([404, 410, 499])

/** Sends the bytes by the resumable protocol of Cloud Storage. Resolves to the id of the file. */
export async function sendResumable(job: Job, fingerprint: string | undefined): Promise<string> {
  const { body, options, connection, control, remembered, report } = job
  const total = body.size
  let session = fingerprint === undefined ? undefined : remembered.get(fingerprint)
  /** The bytes that the service has; undefined if it must be asked. */
  let held: number | undefined = session ? undefined : 0
  let furthest = 0
  /** The idempotency key of the session, so that a retry after a lost answer opens no second one. */
  let key: string | undefined

  const remember = (kept: Session | undefined) => {
    if (fingerprint !== undefined) remembered.set(fingerprint, kept)
  }
  const put = (url: string, range: string, signal: AbortSignal, chunk?: Blob) =>
    connection.send({
      method: 'PUT',
      url,
      headers: { 'Content-Range': `bytes ${range}/${total}` },
      body: chunk,
      signal,
      ...(chunk && { onSent: (bytes) => report('uploading', (held ?? 0) + bytes) }),
    })
  const note = (current: Session, answer: Answer) => {
    if (answer.status !== 308 && answer.status >= 300) throw errorOf(answer)
    held = answer.status === 308 ? heldBy(answer) : total
    furthest = Math.max(furthest, held)
    remember({ ...current, sentBytes: held })
    report('uploading', held)
    return answer.status === 308
  }

  const step = async (signal: AbortSignal) => {
    if (session === undefined) {
      key ??= newKey()
      session = await open(job, key, signal)
      key = undefined
      held = 0
      remember(session)
    }
    const current = session
    const { url, chunkMultiple } = current
    const chunks = Math.floor((options.chunkBytes ?? defaultChunkBytes) / chunkMultiple)
    const chunkBytes = Math.max(1, chunks) * chunkMultiple
    try {
      let isOpen = held !== undefined || note(current, await put(url, '*', signal))
      while (isOpen) {
        const from: number = held ?? 0
        const to = Math.min(total, from + chunkBytes)
        const range = total === 0 ? '*' : `${from}-${to - 1}`
        isOpen = note(current, await put(url, range, signal, body.slice(from, to)))
        // If the service takes no bytes, retries after a pause, a limited number of times.
        if (isOpen && (held ?? 0) <= from) throw networkError()
      }
    } catch (error) {
      held = undefined
      if (!lost.has(statusOf(error))) throw error
      // The session has ended. Releases its reservation, and starts again.
      remember(undefined)
      session = undefined
      await connection.persist({ ...removal(current), signal })
      throw networkError(error)
    }
    return current.id
  }
  try {
    const id = await control.persist(step, () => furthest)
    remember(undefined)
    return id
  } catch (error) {
    // After an outage the session may still be open, and the upload can be resumed.
    if (session !== undefined && (control.signal.aborted || !isOutage(error))) {
      remember(undefined)
      await discard(job, session).catch(() => undefined)
    }
    throw error
  }
}

async function open(job: Job, key: string, signal: AbortSignal): Promise<Session> {
  const { body, options, connection } = job
  const { path, name = path === undefined ? body.name : undefined, checksum } = options
  const { mimeType = body.type || undefined } = options
  const { file, upload } = await request<UploadTicket>(connection, 'POST /uploads', {
    key,
    signal,
    body: { ...fieldsOf(job), name, sizeBytes: body.size, checksum, mimeType },
  })
  const { id, sizeBytes } = file
  return { ...upload, id, path: file.path, sizeBytes, sentBytes: 0 }
}

/** Ends a session and deletes its pending file. */
export async function discard(
  { connection }: Pick<Job, 'connection'>,
  session: Session,
): Promise<void> {
  await connection.send({ method: 'DELETE', url: session.url }).catch(() => undefined)
  await connection.persist(removal(session))
}

function removal({ id }: Session) {
  return { method: 'DELETE', route: `/files/${id}`, query: { purge: true } }
}

function heldBy(answer: Answer): number {
  const last = /^bytes=0-(\d+)$/.exec(answer.header('Range') ?? '')?.[1]
  return last === undefined ? 0 : Number(last) + 1
}

/** `randomUUID` exists only in pages with TLS. */
function newKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-')
}
