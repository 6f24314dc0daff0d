import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { ApiRefusal } from './errors.ts'
import type { ObjectResource, Objects } from './objects.ts'
import { appendBody, checksums } from './receive.ts'

const keptMultiple = 256 * 1024

export interface Session {
  id: string
  bucket: string
  name: string
  /** `X-Upload-Content-Length` */
  declaredBytes: number | undefined
  contentType: string
  metadata: Record<string, string> | undefined
  origin: string | undefined
  ifGenerationMatch: string | null
  file: string
  storedBytes: number
  state: 'open' | 'cancelled' | ObjectResource
}

/**
 * Resumable uploads: https://cloud.google.com/storage/docs/performing-resumable-uploads. Checks preconditions when the
 * upload is finished.
 */
export class Sessions {
  readonly #objects: Objects
  readonly #sessions = new Map<string, Session>()

  constructor(objects: Objects) {
    this.#objects = objects
  }

  async open(upload: Omit<Session, 'id' | 'file' | 'storedBytes' | 'state'>): Promise<Session> {
    const file = this.#objects.newFile()
    await writeFile(file, '')
    const id = randomBytes(24).toString('base64url')
    const session: Session = { ...upload, id, file, storedBytes: 0, state: 'open' }
    this.#sessions.set(id, session)
    return session
  }

  /** The open sessions. */
  get unfinished(): Session[] {
    return [...this.#sessions.values()].filter(({ state }) => state === 'open')
  }

  find(id: string | null): Session {
    const session = this.#sessions.get(id ?? '')
    if (!session) throw new ApiRefusal(404, 'No such upload session.')
    if (session.state === 'cancelled') throw new ApiRefusal(499, 'Client Closed Request')
    return session
  }

  cancel(id: string | null): void {
    const session = this.find(id)
    if (session.state === 'open') session.state = 'cancelled'
  }

  /** Handles one PUT. Resolves to the object if the upload is complete, else to undefined. */
  async put(
    session: Session,
    request: IncomingMessage,
    spoiling: { limit?: number; isCorrupt?: boolean } = {},
  ): Promise<ObjectResource | undefined> {
    if (typeof session.state === 'object') {
      request.resume()
      return session.state
    }
    const range = parseContentRange(request.headers['content-range'])
    const total = range.total ?? session.declaredBytes
    const expected = session.declaredBytes ?? total
    if (total !== expected) throw wrongSize(total, expected)
    if (range.first !== undefined) {
      if (range.first > session.storedBytes) {
        throw new ApiRefusal(400, `Bytes are missing: ${session.storedBytes} are held.`)
      }
      const received = await appendBody(request, {
        file: session.file,
        position: session.storedBytes,
        skip: session.storedBytes - range.first,
        ...spoiling,
      })
      const { position, isWhole } = received
      const declared = range.last === undefined ? undefined : range.last + 1
      if (position > (total ?? Infinity) || position > (declared ?? Infinity)) {
        throw wrongSize(position, total)
      }
      const isLast = isWhole && (range.isWhole || position === total)
      session.storedBytes = isLast ? position : kept(position, session.storedBytes)
      if (!isWhole) return undefined
    }
    const isComplete = range.isWhole || (range.total !== undefined && session.storedBytes === total)
    if (!isComplete) return undefined
    if (total !== undefined && session.storedBytes !== total) {
      throw wrongSize(session.storedBytes, total)
    }
    return this.#finish(session, request.headers['x-goog-hash'])
  }

  async #finish(session: Session, hash: string | string[] | undefined): Promise<ObjectResource> {
    const sums = await checksums(session.file, session.storedBytes)
    const announced = /crc32c=([^,\s]+)/.exec(String(hash ?? ''))?.[1]
    if (announced !== undefined && announced !== sums.crc32c) {
      throw new ApiRefusal(
        400,
        `Provided CRC32C "${announced}" doesn't match calculated CRC32C "${sums.crc32c}".`,
      )
    }
    const { metadata, ...object } = session
    session.state = await this.#objects.put(
      { ...object, ...sums, sizeBytes: session.storedBytes, ...(metadata && { metadata }) },
      session.ifGenerationMatch,
    )
    return session.state
  }
}

/** The bytes that are kept of a chunk before the last: multiples of 256 KiB, never fewer than before. */
function kept(position: number, before: number): number {
  return Math.max(before, position - (position % keptMultiple))
}

interface ContentRange {
  /** Undefined if the request asks for the status. */
  first?: number
  last?: number
  total?: number
  /** Without the header, the body is the complete object. */
  isWhole: boolean
}

function parseContentRange(header: string | undefined): ContentRange {
  if (header === undefined) return { first: 0, isWhole: true }
  const found = /^bytes (?:(\d+)-(\d+|\*)|\*)\/(\d+|\*)$/.exec(header)
  if (!found) throw new ApiRefusal(400, `Failed to parse Content-Range header: ${header}`)
  const [, first, last, total] = found
  return {
    isWhole: false,
    ...(first !== undefined && { first: Number(first) }),
    ...(last !== undefined && last !== '*' && { last: Number(last) }),
    ...(total !== '*' && { total: Number(total) }),
  }
}

function wrongSize(found: number | undefined, expected: number | undefined): ApiRefusal {
  return new ApiRefusal(400, `The upload has ${found} bytes; ${expected} were declared.`)
}
