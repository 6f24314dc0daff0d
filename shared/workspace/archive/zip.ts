import { makeZip } from 'client-zip'
import type { ArchiveSelection } from '../../model/folders/archive-link.ts'
import { toWebStream } from '../web-stream.ts'
import type { ArchiveEntry } from './entries.ts'

/**
 * The bytes of a ZIP archive. Entries are stored without compression; sizes and checksums follow the bytes (data descriptors), so
 * nothing is read twice or buffered. Fails if an entry fails or does not have its size. Cancelling ends the entries.
 */
export function zipOf(
  entries: AsyncGenerator<ArchiveEntry>,
  report: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  return makeZip(cancellable(inputs(entries, report)), { buffersAreUTF8: true })
}

async function* inputs(entries: AsyncGenerator<ArchiveEntry>, report: (error: unknown) => void) {
  for await (const { name, sizeBytes, modifiedAt, body } of entries) {
    try {
      const input = toWebStream(body, sizeBytes, report)
      yield { name, size: sizeBytes, lastModified: modifiedAt, input }
    } finally {
      body.destroy()
    }
  }
}

/** Ends the generator when the client disconnects: `makeZip` then throws into it. */
function cancellable<Item>(generator: AsyncGenerator<Item>): AsyncIterable<Item> {
  const iterator: AsyncIterator<Item> = {
    next: () => generator.next(),
    throw: () => generator.return(undefined),
  }
  return { [Symbol.asyncIterator]: () => iterator }
}

/** The name of the folder, or `files`. */
export function archiveName(selection: ArchiveSelection): string {
  const name = 'folder' in selection ? selection.folder.split('/').at(-2) : ''
  return `${name || 'files'}.zip`
}
