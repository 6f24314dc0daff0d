import { TextDecoder } from 'node:util'
import type { Readable } from 'node:stream'
import { encodingOf } from '../../media/preview-text.ts'
import type { Content } from '../../workspace/read.ts'
import type { TextSource } from './text-source.ts'

/**
 * The text of a file. Reads UTF-8 unchanged, from any offset. Converts UTF-16. Converts text in an unknown encoding as windows-1252,
 * in which every byte is a character. Reads a converted text from its beginning.
 */
export function textOfFile({ file, open }: Pick<Content, 'file' | 'open'>): TextSource {
  if (file.charset === 'utf-8') return unconverted(file.sizeBytes, open)
  return converted(open, file.charset)
}

function unconverted(sizeBytes: number, open: Content['open']): TextSource {
  return {
    sizeBytes,
    async *read(start) {
      if (start < sizeBytes) yield* await open({ start, end: sizeBytes - 1 })
    },
  }
}

function converted(open: Content['open'], charset: 'utf-16' | undefined): TextSource {
  return {
    sizeBytes: undefined,
    async *read(start) {
      let position = 0
      for await (const bytes of decoded(await open(), charset)) {
        const skipped = Math.min(bytes.length, Math.max(0, start - position))
        position += bytes.length
        if (skipped < bytes.length) yield bytes.subarray(skipped)
      }
    },
  }
}

async function* decoded(body: Readable, charset: 'utf-16' | undefined): AsyncIterable<Buffer> {
  let decoder: TextDecoder | undefined
  for await (const chunk of body as AsyncIterable<Buffer>) {
    decoder ??= new TextDecoder(charset === undefined ? 'windows-1252' : encodingOf(chunk))
    yield Buffer.from(decoder.decode(chunk, { stream: true }))
  }
  if (decoder) yield Buffer.from(decoder.decode())
}
