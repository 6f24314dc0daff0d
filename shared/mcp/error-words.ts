import type { ErrorCode, WorkspaceError } from '../model/errors.ts'
import type { FileRecord } from '../model/file.ts'
import { explainUnscannable } from '../model/unscannable.ts'

type Words = (error: WorkspaceError) => string

/** Routes and headers, which mean nothing to a model. */
const namesHttp = /\/api\/|\b(?:GET|POST|PUT|PATCH|DELETE) |If-Match|Content-/

/** The sentence of the error, unless it names HTTP. */
function own(otherwise: string): Words {
  return ({ message }) => (namesHttp.test(message) ? otherwise : message)
}

/** The text for each error: the problem, and the tool to call next. Names no HTTP routes and headers, which a model cannot use. */
export const errorWords: Record<ErrorCode, Words> = {
  'invalid-request': ({ message }) =>
    `Wrong arguments: ${message}. Correct them and call the tool again.`,
  'digest-mismatch': () =>
    'The bytes that arrived do not have the announced checksum. Nothing was stored; send them again.',
  'size-mismatch': () =>
    'The bytes that arrived are not as many as announced. Nothing was stored; announce the exact size and send them again.',
  unauthenticated: () => 'The token is missing or not valid. Ask the user to connect again.',
  forbidden: own('The token does not allow this.'),
  infected: ({ file }) =>
    `${subject(file)} is infected${threatOf(file)} and is never served. Use another file, or remove it with delete_workspace_file.`,
  unscannable: ({ file }) => `${subject(file)} could not be scanned: ${reasonOf(file)}`,
  'not-found': () =>
    'There is no such file. Look up paths with list_workspace_files; deleted=true lists the trash.',
  'content-missing': () =>
    'The stored bytes of this file are missing, and the operator has been told. Write the file again with write_workspace_file.',
  'method-not-allowed': own('This is not possible.'),
  timeout: () =>
    'The call took too long and was ended. Check with get_workspace_file what is stored. Then ask for less at once, or try again.',
  'key-reused': own('The key belongs to another run.'),
  'run-in-progress': own('The run has not ended. Try again in a few seconds.'),
  'path-taken': ({ message }) =>
    `${message.replace(/\. Choose .*/, '')}. Choose another path. To replace that file, use mode="replace" of write_workspace_file or overwrite=true, or delete it first.`,
  'not-scanned': ({ file }) =>
    `${subject(file)} has not been scanned yet. Wait for it with get_workspace_file and waitSeconds=30.`,
  gone: ({ file }) =>
    `${subject(file)} is in the trash. Bring it back with restore_workspace_file${idOf(file)}.`,
  'share-expired': own('The link has expired.'),
  'share-revoked': own('The link has been revoked.'),
  'events-expired': own('These changes are no longer kept. List the files again.'),
  'precondition-failed': () =>
    'The file has changed since the version that this call is for. Nothing was changed by it. Read the file again with read_workspace_file, and use the etag of that answer.',
  'too-large': own('The file is larger than this workspace accepts. Split it into several files.'),
  'quota-exceeded': own('The workspace is full. Delete files that are not needed.'),
  'unsupported-type': own('This tool cannot use files of this type.'),
  'range-not-satisfiable': own('The file has no such part.'),
  'too-many-requests': own('There are too many calls at once. Try again in a few seconds.'),
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
