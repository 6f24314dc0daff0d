import { createHash } from 'node:crypto'
import { Transform, type Readable } from 'node:stream'
import { WorkspaceError } from '../workspace/errors.ts'

/**
 * The same bytes, ending in `digest-mismatch` unless they have this SHA-256 (hex); what is written from them is then
 * undone, like any body that breaks off. Without a checksum, the stream itself.
 */
export function verifyDigest(body: Readable, checksum: string | undefined): Readable {
  if (checksum === undefined) return body
  const hash = createHash('sha256')
  const verified = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
    flush(done) {
      const matches = hash.digest('hex') === checksum
      done(matches ? null : mismatch())
    },
  })
  body.once('error', (error) => verified.destroy(error))
  verified.once('close', () => body.destroy())
  return body.pipe(verified)
}

function mismatch(): WorkspaceError {
  return new WorkspaceError(
    'digest-mismatch',
    'The bytes that arrived do not have the digest that the request announced. Nothing was kept: send them again.',
  )
}
