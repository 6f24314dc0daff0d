import { createHash } from 'node:crypto'
import { Transform, type Readable } from 'node:stream'
import { callbackify } from 'node:util'
import type { Context } from 'hono'
import { WorkspaceError } from '../workspace/errors.ts'
import type { AppEnv } from './app-env.ts'
import { declaredLength } from './body.ts'

/** Hashed in some 10 ms: less is not worth another thread. */
const threadedBytes = 16 * 1024 * 1024

interface Sha256 extends Disposable {
  /** A promise where the next chunk has to wait. */
  update(chunk: Buffer): Promise<void> | undefined
  /** In hex. */
  digest(): string | Promise<string>
}

/**
 * The same bytes, ending in `digest-mismatch` unless they have this SHA-256 (hex); what is written from them is then
 * undone, like any body that breaks off. Without a checksum, the stream itself.
 */
export function verifyDigest(
  c: Context<AppEnv>,
  body: Readable,
  checksum: string | undefined,
): Readable {
  if (checksum === undefined) return body
  const isLarge = (declaredLength(c) ?? 0) >= threadedBytes
  const hash: Sha256 = (isLarge ? c.get('hashThread')?.sha256() : undefined) ?? sha256()
  const passOnAfter = callbackify(async (busy: Promise<void>, chunk: Buffer) => {
    await busy
    return chunk
  })
  const verified = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const busy = hash.update(chunk)
      if (busy) passOnAfter(busy, chunk, done)
      else done(null, chunk)
    },
    flush: callbackify(async () => {
      if ((await hash.digest()) !== checksum) throw mismatch()
    }),
    destroy(error, done) {
      hash[Symbol.dispose]()
      done(error)
    },
  })
  body.once('error', (error) => verified.destroy(error))
  verified.once('close', () => body.destroy())
  return body.pipe(verified)
}

/** On this thread. */
function sha256(): Sha256 {
  const hash = createHash('sha256')
  return {
    update(chunk) {
      hash.update(chunk)
      return undefined
    },
    digest: () => hash.digest('hex'),
    [Symbol.dispose]: () => undefined,
  }
}

function mismatch(): WorkspaceError {
  return new WorkspaceError(
    'digest-mismatch',
    'The bytes that arrived do not have the digest that the request announced. Nothing was kept: send them again.',
  )
}
