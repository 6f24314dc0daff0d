import { readerOf } from '../../media/formats/read-at.ts'
import { detectType, sniffedBytes } from '../../media/sniff/detect-type.ts'
import { openContained } from '../../workspace/store-media/contained-file.ts'

/** Detects the type of a file in the directory of a run. Throws `WorkspaceError` for a path outside it. */
export async function typeOfLocalFile(directory: string, path: string): Promise<string> {
  await using handle = await openContained(directory, path)
  const { size: sizeBytes } = await handle.stat()
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(sizeBytes, sniffedBytes)))
  const head = buffer.subarray(0, bytesRead)
  const open = async (range: { start: number; end: number }) =>
    handle.createReadStream({ autoClose: false, ...range })
  const read = readerOf(open, { head, sizeBytes })
  return await detectType(head, { name: path }, { sizeBytes, read })
}
