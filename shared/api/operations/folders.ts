import { folderListingSchema, operationSchema } from '../answers/folders.ts'
import type { Operation, Operations } from '../operation.ts'
import { moveFolderBody, removeFolderQuery, restoreFolderBody } from '../requests/folders.ts'
import { foldersQuery } from '../requests/reads.ts'

const content = { 'application/json': operationSchema }
const change = {
  access: 'files:write',
  headers: ['Prefer'],
  answers: {
    200: { description: 'The operation has ended.', content },
    202: {
      description: 'The operation is running. `Location` shows its progress.',
      content,
      headers: ['Location', 'Retry-After'],
    },
  },
  problems: ['not-found', 'too-many-requests'],
} satisfies Partial<Operation>

export const folderOperations: Operations = {
  'GET /folders': {
    id: 'listFolders',
    summary:
      'Lists the direct subfolders of a folder with the number and the bytes of their files.',
    access: 'files:read',
    query: foldersQuery,
    answers: {
      200: { description: 'One page.', content: { 'application/json': folderListingSchema } },
    },
    problems: ['not-found'],
  },
  'PATCH /folders': {
    id: 'moveFolder',
    summary:
      'Moves or renames a folder: replaces it at the start of the path of each of its files.',
    ...change,
    body: { content: { 'application/json': moveFolderBody } },
  },
  'DELETE /folders': {
    id: 'deleteFolder',
    summary: 'Moves the files of a folder to the trash.',
    ...change,
    query: removeFolderQuery,
  },
  'POST /folders/restore': {
    id: 'restoreFolder',
    summary: 'Takes the files of a folder, or of one deletion, out of the trash.',
    ...change,
    body: { content: { 'application/json': restoreFolderBody } },
  },
  'GET /operations/{id}': {
    id: 'getOperation',
    summary: 'The progress of an operation on a folder; `Prefer: wait=N` waits for its end.',
    access: 'files:read',
    headers: ['Prefer'],
    answers: { 200: { description: 'The record.', content } },
    problems: ['not-found'],
  },
}
