import { selectedListingSchema, versionListingSchema } from '../answers/listing.ts'
import { linkSchema } from '../answers/transfers.ts'
import { usageSchema } from '../answers/usage.ts'
import type { Operation, Operations } from '../operation.ts'
import {
  archiveQuery,
  contentQuery,
  downloadQuery,
  listQuery,
  previewQuery,
  versionsQuery,
} from '../requests/reads.ts'
import { record, served } from './answers.ts'

const unreadable = ['not-found', 'infected', 'unscannable', 'not-scanned', 'gone'] as const

const content = {
  access: 'files:read',
  query: contentQuery,
  headers: [
    'Range',
    'If-Range',
    'If-Match',
    'If-None-Match',
    'If-Modified-Since',
    'If-Unmodified-Since',
  ],
  answers: served,
  problems: [...unreadable, 'content-missing', 'precondition-failed', 'range-not-satisfiable'],
} satisfies Partial<Operation>

export const readOperations: Operations = {
  'GET /files': {
    id: 'listFiles',
    summary: 'Lists files, newest first or by path.',
    access: 'files:read',
    query: listQuery,
    answers: {
      200: { description: 'One page.', content: { 'application/json': selectedListingSchema } },
    },
    problems: ['not-found'],
  },
  'GET /usage': {
    id: 'getUsage',
    summary: 'The usage and the limits of the workspace.',
    access: 'files:read',
    answers: {
      200: { description: 'The counters.', content: { 'application/json': usageSchema } },
    },
  },
  'GET /files/{id}': {
    id: 'getFile',
    summary: 'The record of a file; `Prefer: wait=N` waits for its verdict.',
    access: 'files:read',
    headers: ['Prefer'],
    description:
      'The id of an upload that was refused answers the refusal for an hour, such as `size-mismatch`.',
    answers: { 200: record },
    problems: [
      'digest-mismatch',
      'size-mismatch',
      'not-found',
      'gone',
      'too-large',
      'quota-exceeded',
    ],
  },
  'GET /files/{id}/versions': {
    id: 'listVersions',
    summary: 'The ready files that the path of a file has held.',
    access: 'files:read',
    query: versionsQuery,
    answers: {
      200: { description: 'One page.', content: { 'application/json': versionListingSchema } },
    },
    problems: ['not-found'],
  },
  'GET /paths/{path}': {
    id: 'getFileAtPath',
    summary: 'The record of the file at a path; `Prefer: wait=N` waits for its verdict.',
    description: 'Slashes in the path are not encoded.',
    access: 'files:read',
    headers: ['Prefer'],
    answers: { 200: record },
    problems: ['not-found', 'gone'],
  },
  'GET /files/{id}/content': { id: 'getFileContent', summary: 'The bytes of a file.', ...content },
  'GET /content/{path}': {
    id: 'getContent',
    summary: 'The bytes at a path.',
    description: 'Slashes in the path are not encoded.',
    ...content,
  },
  'GET /files/{id}/preview': {
    id: 'getPreview',
    summary: 'A small picture of a file, or the first bytes of its text.',
    ...content,
    description: '`as=text` answers the text of an Office document or a PDF.',
    query: previewQuery,
    problems: [
      ...content.problems,
      'unsupported-type',
      'too-large',
      'too-many-requests',
      'renderer-unavailable',
    ],
  },
  'GET /files/{id}/download': {
    id: 'getLink',
    summary: 'A link to the bytes that works without a token.',
    access: 'files:read',
    query: downloadQuery,
    headers: ['Accept'],
    answers: {
      200: { description: 'The link.', content: { 'application/json': linkSchema } },
      302: { description: 'A redirect to the link.', headers: ['Location'] },
    },
    problems: [...unreadable, 'content-missing'],
  },
  'GET /archive': {
    id: 'getArchive',
    summary: 'A ZIP archive of a folder or of some files, or a link to it.',
    description:
      'With `Accept: application/json`, the answer is a link that works without a token.',
    access: 'files:read',
    query: archiveQuery,
    headers: ['Accept'],
    answers: {
      200: {
        description: 'The archive, or the link.',
        content: { 'application/zip': 'bytes', 'application/json': linkSchema },
        headers: ['Content-Disposition'],
      },
    },
    problems: [...unreadable, 'content-missing', 'too-large', 'too-many-requests'],
  },
  'GET /archive/{token}': {
    id: 'getLinkedArchive',
    summary: 'The archive of a link.',
    access: 'url',
    answers: {
      200: {
        description: 'The archive.',
        content: { 'application/zip': 'bytes' },
        headers: ['Content-Disposition'],
      },
    },
    problems: ['forbidden'],
  },
}
