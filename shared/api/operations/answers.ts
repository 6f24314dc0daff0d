import { fileViewSchema } from '../answers/file.ts'
import type { Answer, ResponseHeader } from '../operation.ts'

const json = { 'application/json': fileViewSchema }

export const record: Answer = { description: 'The record.', content: json, headers: ['ETag'] }

/** The answers to an upload, a copy and an import: the record with its verdict, or still without one. */
export const stored: Record<number, Answer> = {
  201: { description: 'The file is ready.', content: json, headers: ['Location', 'ETag'] },
  202: {
    description: 'The bytes are stored, and the verdict is pending.',
    content: json,
    headers: ['Location', 'Retry-After'],
  },
}

const validators: ResponseHeader[] = ['ETag', 'Last-Modified']
const bytes = { '*/*': 'bytes' } as const

/** The answers of a route that serves bytes. */
export const served: Record<number, Answer> = {
  200: {
    description: 'All bytes.',
    content: bytes,
    headers: [...validators, 'Accept-Ranges', 'Content-Disposition', 'Repr-Digest'],
  },
  206: {
    description: 'One range, or several as `multipart/byteranges`.',
    content: bytes,
    headers: [...validators, 'Content-Range', 'Repr-Digest'],
  },
  304: { description: 'The client has this version.', headers: ['ETag'] },
}
