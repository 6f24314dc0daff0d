import {
  createdShareSchema,
  sharedListingSchema,
  sharedSchema,
  shareListingSchema,
} from '../answers/shares.ts'
import type { Operation, Operations } from '../operation.ts'
import { shareBody, sharedQuery, sharePageQuery } from '../requests/shares.ts'
import { served } from './answers.ts'

const ended = ['not-found', 'share-expired', 'share-revoked'] as const

const conditions = [
  'Range',
  'If-Range',
  'If-Match',
  'If-None-Match',
  'If-Modified-Since',
  'If-Unmodified-Since',
] as const

const shared = {
  access: 'url',
  query: sharedQuery,
  problems: [...ended, 'precondition-failed', 'range-not-satisfiable'],
} satisfies Partial<Operation>

export const shareOperations: Operations = {
  'POST /shares': {
    id: 'createShare',
    summary: 'Creates a share link of a file or of a folder, which works without a token.',
    description: 'The token also needs the scope `files:read`.',
    access: 'files:write',
    body: { content: { 'application/json': shareBody } },
    answers: {
      201: {
        description: 'The share with its address, which no other answer has.',
        content: { 'application/json': createdShareSchema },
        headers: ['Location'],
      },
    },
    problems: [
      'not-found',
      'infected',
      'unscannable',
      'not-scanned',
      'gone',
      'content-missing',
      'quota-exceeded',
    ],
  },
  'GET /shares': {
    id: 'listShares',
    summary: 'Lists the share links of the workspace, the last created first.',
    access: 'files:read',
    query: sharePageQuery,
    answers: {
      200: { description: 'One page.', content: { 'application/json': shareListingSchema } },
    },
  },
  'DELETE /shares/{id}': {
    id: 'revokeShare',
    summary: 'Revokes a share link.',
    access: 'files:write',
    answers: { 204: { description: 'The link has ended, now or earlier.' } },
    problems: ['not-found'],
  },
  'GET /s/{token}': {
    id: 'getShared',
    summary: 'What a share link leads to: the bytes of the file, or a ZIP archive of the folder.',
    description: 'With `Accept: application/json`, the answer describes the file or the folder.',
    ...shared,
    headers: ['Accept', ...conditions],
    answers: {
      ...served,
      200: {
        description: 'The bytes, the archive or the description.',
        content: { '*/*': 'bytes', 'application/json': sharedSchema },
        headers: ['Content-Disposition'],
      },
    },
    problems: [...shared.problems, 'too-large'],
  },
  'GET /s/{token}/files': {
    id: 'listSharedFiles',
    summary: 'Lists the ready files of a shared folder at any depth, by name.',
    access: 'url',
    query: sharePageQuery,
    answers: {
      200: { description: 'One page.', content: { 'application/json': sharedListingSchema } },
    },
    problems: ended,
  },
  'GET /s/{token}/files/{path}': {
    id: 'getSharedFile',
    summary: 'The bytes of a file of a shared folder.',
    description: 'The path is relative to the folder. Slashes in it are not encoded.',
    ...shared,
    headers: conditions,
    answers: served,
  },
}
