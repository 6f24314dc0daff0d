import type { Operation, Operations } from '../operation.ts'
import { copyBody, deleteQuery, restoreBody, updateBody } from '../requests/changes.ts'
import { record, stored } from './answers.ts'

const removal = {
  access: 'files:write',
  query: deleteQuery,
  headers: ['If-Match'],
  answers: { 204: { description: 'The file is gone, now or from an earlier request.' } },
  problems: ['not-found', 'precondition-failed'],
} satisfies Partial<Operation>

export const changeOperations: Operations = {
  'PATCH /files/{id}': {
    id: 'updateFile',
    summary: 'Renames or moves a file, or replaces its metadata.',
    access: 'files:write',
    headers: ['If-Match'],
    body: { content: { 'application/json': updateBody } },
    answers: { 200: record },
    problems: [
      'not-found',
      'not-scanned',
      'infected',
      'unscannable',
      'gone',
      'path-taken',
      'precondition-failed',
      'quota-exceeded',
    ],
  },
  'POST /files/{id}/copy': {
    id: 'copyFile',
    summary: 'Copies a file to a path.',
    access: 'files:write',
    body: { content: { 'application/json': copyBody } },
    answers: stored,
    problems: [
      'not-found',
      'not-scanned',
      'infected',
      'unscannable',
      'gone',
      'content-missing',
      'path-taken',
      'precondition-failed',
      'quota-exceeded',
      'too-many-requests',
    ],
  },
  'POST /files/{id}/restore': {
    id: 'restoreFile',
    summary: 'Takes a file out of the trash, to its old path or to another.',
    access: 'files:write',
    body: { content: { 'application/json': restoreBody }, optional: true },
    answers: { 200: record },
    problems: [
      'not-found',
      'not-scanned',
      'infected',
      'unscannable',
      'gone',
      'path-taken',
      'quota-exceeded',
    ],
  },
  'POST /files/{id}/versions/{version}/restore': {
    id: 'restoreVersion',
    summary: 'Makes an earlier version the file of its path. The present file becomes a version.',
    access: 'files:write',
    answers: { 200: record },
    problems: ['not-found', 'not-scanned', 'infected', 'unscannable', 'quota-exceeded'],
  },
  'DELETE /files/{id}': {
    id: 'deleteFile',
    summary: 'Moves a file to the trash, or removes it for good.',
    ...removal,
  },
  'DELETE /content/{path}': {
    id: 'deleteContent',
    summary: 'Moves the file at a path to the trash, or removes it for good.',
    description: 'Slashes in the path are not encoded.',
    ...removal,
  },
  'DELETE /sessions/{sessionId}': {
    id: 'deleteSession',
    summary: 'Deletes the files of one session.',
    access: 'files:write',
    query: deleteQuery,
    answers: {
      202: {
        description: 'Some files are left: repeat the request.',
        headers: ['Location', 'Retry-After'],
      },
      204: { description: 'All files are deleted.' },
    },
    problems: ['not-found'],
  },
}
