import { Readable } from 'node:stream'
import { uploadTarget } from '../shared/api/upload-fields.ts'
import type { Caller } from '../shared/model/access.ts'
import type { ReadyFile } from '../shared/model/file.ts'
import { nameOf } from '../shared/model/path.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { notServed } from '../shared/workspace/read.ts'
import { awaitOwnVerdict, upload } from '../shared/workspace/upload/upload.ts'
import { argumentsOf, take } from './arguments.ts'
import type { Content, WriteOptions } from './workspace.ts'

interface WriteRequest {
  path: string
  content: Content
  options: WriteOptions | undefined
}

/** Stores bytes and waits for the verdict on them: a file that is ready, or the reason why not. */
export async function write(
  ports: Ports,
  caller: Caller,
  { options = {}, ...given }: WriteRequest,
): Promise<ReadyFile> {
  const { path, content } = take(argumentsOf.write, given, 'path')
  const { mimeType, waitSeconds, signal, ...fields } = take(
    argumentsOf.writeOptions,
    options,
    'options',
  )
  const target = uploadTarget(caller, { ...fields, path }, { mimeType })
  const pending = await upload(ports, caller, {
    name: nameOf(target.path),
    mimeType,
    target,
    ...bodyOf(content),
    ...(signal && { signal }),
  })
  const wait = { seconds: waitSeconds, ...(signal && { signal }) }
  const file = await awaitOwnVerdict(ports, pending, wait)
  if (file.state === 'ready') return file
  throw notServed(file)
}

function bodyOf(content: Content): { body: Readable; sizeBytes?: number } {
  if (content instanceof Readable) return { body: content }
  if (typeof content !== 'string' && !(content instanceof Uint8Array)) {
    return { body: Readable.from(content, { objectMode: false }) }
  }
  const bytes = Buffer.from(content)
  return { body: Readable.from([bytes], { objectMode: false }), sizeBytes: bytes.length }
}
