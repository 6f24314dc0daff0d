import { Readable } from 'node:stream'
import { uploadTarget } from '../shared/api/upload-fields.ts'
import type { Caller } from '../shared/model/access.ts'
import type { ReadyFile } from '../shared/model/file.ts'
import { nameOf } from '../shared/model/path.ts'
import type { Ports } from '../shared/ports/ports.ts'
import { notServed } from '../shared/workspace/read.ts'
import { uploadAndWait } from '../shared/workspace/upload/upload-and-wait.ts'
import { argumentSchemas, parseArguments } from './arguments.ts'
import type { Content, WriteOptions } from './workspace.ts'

interface WriteRequest {
  path: string
  content: Content
  options: WriteOptions | undefined
}

/** Stores bytes and resolves when the file is ready. Throws the reason if it is not ready after `waitSeconds`. */
export async function write(
  ports: Ports,
  caller: Caller,
  { options = {}, ...given }: WriteRequest,
): Promise<ReadyFile> {
  const { path, content } = parseArguments(argumentSchemas.write, given, 'path')
  const { mimeType, waitSeconds, signal, ...fields } = parseArguments(
    argumentSchemas.writeOptions,
    options,
    'options',
  )
  const target = uploadTarget(caller, { ...fields, path }, { mimeType })
  const aborting = signal && { signal }
  const name = nameOf(target.path)
  const result = await uploadAndWait(
    ports,
    caller,
    { name, mimeType, target, ...bodyOf(content), ...aborting },
    { seconds: waitSeconds, ...aborting },
  )
  if (result.outcome === 'ready') return structuredClone(result.file)
  throw result.outcome === 'pending' ? notServed(result.file) : result.error
}

function bodyOf(content: Content): { body: Readable; sizeBytes?: number } {
  if (content instanceof Readable) return { body: content }
  if (typeof content !== 'string' && !(content instanceof Uint8Array)) {
    return { body: Readable.from(content, { objectMode: false }) }
  }
  const bytes = Buffer.from(content)
  return { body: Readable.from([bytes], { objectMode: false }), sizeBytes: bytes.length }
}
