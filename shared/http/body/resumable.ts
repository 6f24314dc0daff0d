import { Hono, type Context } from 'hono'
import type { Readable } from 'node:stream'
import { invalid } from '../../model/errors.ts'
import type { ResumableUploads, UploadStatus } from '../../ports/resumable.ts'
import type { AppEnv } from '../app-env.ts'
import { bodyStream, declaredLength } from './body.ts'
import { expectedChecksum } from '../protocol/digest.ts'
import { parseUploadRange } from '../protocol/upload-range.ts'

/** Cloud Storage answers this status to `DELETE` of an upload. */
const clientClosedRequest = 499

/**
 * `/uploads/{uploadId}`: the server side of the Cloud Storage protocol for resumable uploads. The id is the credential, so
 * that the routes check no token. `cancel` ends a session and releases its reservation.
 * https://cloud.google.com/storage/docs/performing-resumable-uploads
 */
export const resumableRoutes = (
  uploads: ResumableUploads,
  cancel = (uploadId: string) => uploads.cancelUpload(uploadId),
) =>
  new Hono<AppEnv>()
    .on(['PUT', 'POST'], '/uploads/:uploadId', async (c) =>
      answer(await receive(uploads, c.req.param('uploadId'), c)),
    )
    .delete('/uploads/:uploadId', async (c) => {
      const uploadId = c.req.param('uploadId')
      const { isComplete } = await uploads.status(uploadId)
      if (isComplete) throw invalid('upload', 'is complete already; delete the file instead')
      await cancel(uploadId)
      return new Response(null, { status: clientClosedRequest })
    })

async function receive(
  uploads: ResumableUploads,
  uploadId: string,
  c: Context<AppEnv>,
): Promise<UploadStatus> {
  const range = parseUploadRange(c.req.header('Content-Range'))
  const lengthBytes = declaredLength(c)
  if (range === 'whole') {
    const total = lengthBytes === undefined ? {} : { totalBytes: lengthBytes }
    return uploads.append(uploadId, { body: verifiedBody(c, true), firstByte: 0, ...total })
  }
  if (range.sizeBytes === undefined) {
    if (lengthBytes) throw invalid('body', 'must be empty if Content-Range queries the status')
    return uploads.status(uploadId, range.totalBytes)
  }
  if (lengthBytes !== undefined && lengthBytes !== range.sizeBytes) {
    throw invalid(
      'Content-Range',
      `names ${range.sizeBytes} bytes, and Content-Length ${lengthBytes}`,
    )
  }
  const isWhole = range.sizeBytes === range.totalBytes
  return uploads.append(uploadId, { body: verifiedBody(c, isWhole), ...range })
}

/** The request's body, checked against its digests. `Repr-Digest` applies to the whole file (RFC 9530 §3). */
function verifiedBody(c: Context<AppEnv>, isWhole: boolean): Readable {
  const checksum = expectedChecksum((name) =>
    name === 'repr-digest' && !isWhole ? undefined : c.req.header(name),
  )
  return bodyStream(c, { checksum })
}

function answer({ storedBytes, isComplete }: UploadStatus): Response {
  if (isComplete) return Response.json({ sizeBytes: storedBytes })
  const headers = {
    'Content-Length': '0',
    ...(storedBytes > 0 && { Range: `bytes=0-${storedBytes - 1}` }),
  }
  return new Response(null, { status: 308, headers })
}
