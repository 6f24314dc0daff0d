import { connect, type Query } from './connection.ts'
import { fileMethods } from './files.ts'
import { openRemembered } from './remembered.ts'
import { request, stream, type Sent, type Streamed } from './request.ts'
import { discard } from './resumable.ts'
import type { Body, CofferOptions, Upload, UploadOptions } from './types.ts'
import { startUpload } from './upload.ts'
import { uploadAll, type UploadAllOptions } from './upload-all.ts'

export { CofferError, type CofferErrorCode } from './coffer-error.ts'
export type * from './types.ts'
export type { UploadAllOptions } from './upload-all.ts'

export type Coffer = ReturnType<typeof createCoffer>

/** A client of one service. It works in browsers and in Node, and has no dependencies. */
export function createCoffer(options: CofferOptions) {
  const connection = connect(options)
  const remembered = openRemembered(options.store)
  const upload = (body: Body, uploadOptions: UploadOptions = {}): Upload =>
    startUpload(connection, remembered, body, uploadOptions)
  return {
    ...fileMethods(connection),
    /** Sends a request to a route without a method here, such as `POST /imports`. Resolves to the JSON of the answer. */
    request: <Result>(what: string, sent?: Sent & Query) => request<Result>(connection, what, sent),
    /** Reads a route without a method here. */
    stream: (route: string, streamed?: Streamed & Query) => stream(connection, route, streamed),
    /** Uploads bytes, in the way that fits them. A resumable upload survives cuts, and reloads of the page. */
    upload,
    /** Uploads files, a few at a time. */
    uploadAll: (files: Iterable<Body>, all: UploadAllOptions = {}) =>
      uploadAll(files, { ...(options.session && { session: options.session }), ...all }, upload),
    /** The uploads that a reload interrupted. Uploading the same bytes again resumes them. */
    interrupted: () =>
      remembered.list().map(([fingerprint, session]) => ({
        path: session.path,
        sizeBytes: session.sizeBytes,
        sentBytes: session.sentBytes,
        expiresAt: session.expiresAt,
        /** Ends the upload and deletes what the service has of it. */
        discard: async () => {
          remembered.set(fingerprint, undefined)
          await discard({ connection }, session)
        },
      })),
  }
}
