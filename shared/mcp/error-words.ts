import type { ErrorCode, WorkspaceError } from '../model/errors.ts'
import type { FileRecord } from '../model/file.ts'
import { explainUnscannable } from '../model/unscannable.ts'

type Words = (error: WorkspaceError) => string

/** The sentence of the error, for codes whose sentences name no HTTP. */
const own: Words = ({ message }) => message

/** What a model is told for each error: what is wrong, and the tool to call next. HTTP routes and headers mean nothing to it. */
export const errorWords: Record<ErrorCode, Words> = {
  'invalid-request': ({ message }) =>
    `Wrong arguments: ${message}. Correct them and call the tool again.`,
  'digest-mismatch': () =>
    'The bytes that arrived do not have the announced checksum. Nothing was stored; send them again.',
  'size-mismatch': () =>
    'The bytes that arrived are not as many as announced. Nothing was stored; announce the exact size and send them again.',
  unauthenticated: () => 'The token is missing or not valid. Ask the user to connect again.',
  forbidden: own,
  infected: ({ file }) =>
    `${subject(file)} is infected${threatOf(file)} and is never served. Use another file, or remove it with delete_workspace_file.`,
  unscannable: ({ file }) => `${subject(file)} could not be scanned: ${reasonOf(file)}`,
  'not-found': () =>
    'There is no such file. Look up paths with list_workspace_files; deleted=true lists the trash.',
  'content-missing': () =>
    'The stored bytes of this file are missing, and the operator has been told. Write the file again with write_workspace_file.',
  'method-not-allowed': own,
  timeout: () => 'The call took too long. Ask for less at once, or try again.',
  'path-taken': ({ message }) =>
    `${message.split(/\.\s/)[0]}. Choose another path, or replace that file: mode="replace" in write_workspace_file, overwrite=true in the other tools.`,
  'not-scanned': ({ file }) =>
    `${subject(file)} has not been scanned yet. Wait for it with get_workspace_file and waitSeconds=30.`,
  gone: ({ file }) =>
    `${subject(file)} is in the trash. Bring it back with restore_workspace_file${idOf(file)}.`,
  'share-expired': own,
  'share-revoked': own,
  'events-expired': own,
  'precondition-failed': () =>
    'The file is not the version that ifMatch names: it has changed since. Nothing was changed. Read it again with read_workspace_file, and use the etag of that answer.',
  'too-large': own,
  'quota-exceeded': own,
  'unsupported-type': own,
  'range-not-satisfiable': own,
  'too-many-requests': own,
  'scanner-unavailable': () => 'The virus scanner does not answer. Try again in a few seconds.',
  'identity-unavailable': () =>
    'Tokens cannot be checked at the moment. Try again in a few seconds.',
  'store-unavailable': () => 'The store does not answer. Try again in a few seconds.',
  'renderer-unavailable': () =>
    'Pictures cannot be made at the moment. Try again in a few seconds, or read the file with as="text".',
}

function subject(file: FileRecord | undefined): string {
  return file === undefined ? 'The file' : `The file "${file.path}"`
}

function threatOf(file: FileRecord | undefined): string {
  return file?.state === 'infected' ? ` (${file.scan.threat})` : ''
}

function reasonOf(file: FileRecord | undefined): string {
  return explainUnscannable(file?.state === 'unscannable' ? file.scan.reason : '')
}

function idOf(file: FileRecord | undefined): string {
  return file === undefined ? '' : ` and file="${file.id}"`
}
