import { receivedSchema } from '../answers/transfers.ts'
import type { Operation, Operations } from '../operation.ts'
import { served } from './answers.ts'

const chunk = {
  access: 'url',
  onlyLocal: true,
  headers: ['Content-Range', 'Content-Digest', 'Repr-Digest'],
  body: { content: { '*/*': 'bytes' }, optional: true },
  answers: {
    200: {
      description: 'All bytes are stored.',
      content: { 'application/json': receivedSchema },
    },
    308: {
      description: 'These bytes are stored; the upload continues after them.',
      headers: ['Range'],
    },
  },
  problems: ['not-found', 'gone', 'digest-mismatch', 'too-large', 'timeout'],
} satisfies Partial<Operation>

export const storageOperations: Operations = {
  'GET /signed/{link}': {
    id: 'getSigned',
    summary: 'The bytes of a download link.',
    access: 'url',
    onlyLocal: true,
    headers: ['Range', 'If-Range', 'If-None-Match', 'If-Match'],
    answers: served,
    problems: [
      'forbidden',
      'not-found',
      'infected',
      'gone',
      'content-missing',
      'precondition-failed',
      'range-not-satisfiable',
    ],
  },
  'PUT /uploads/{uploadId}': {
    id: 'sendChunk',
    summary: 'Takes a chunk of a resumable upload, or says what is stored.',
    ...chunk,
  },
  'POST /uploads/{uploadId}': {
    id: 'postChunk',
    summary: 'The same as PUT.',
    ...chunk,
  },
  'DELETE /uploads/{uploadId}': {
    id: 'cancelUpload',
    summary: 'Cancels a resumable upload.',
    access: 'url',
    onlyLocal: true,
    answers: { 499: { description: 'The upload is cancelled.' } },
    problems: ['not-found', 'gone'],
  },
}
