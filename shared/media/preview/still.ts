import { WorkspaceError } from '../../workspace/errors.ts'
import { previewBounds } from './bounds.ts'
import { demuxerOf } from './kind.ts'
import { runProgram } from './program.ts'

/** Where a PNG says how wide it is, as 4 bytes (PNG §11.2.1). */
const pngWidthAt = 16

/** The first page of a PDF as PNG, `width` pixels wide (poppler's pdftoppm). */
export async function firstPage(path: string, width: number): Promise<Buffer> {
  const scale = ['-scale-to-x', `${width}`, '-scale-to-y', '-1']
  const page = await runProgram(
    'pdftoppm',
    ['-png', '-singlefile', '-f', '1', '-l', '1', ...scale, path],
    'PDF',
  )
  // Out of memory it says that all went well, and writes one white pixel.
  if (page.readUInt32BE(pngWidthAt) !== width) {
    throw new WorkspaceError(
      'unsupported-type',
      'The first page of this PDF is too large to be shown. Download the file itself.',
    )
  }
  return page
}

/** How many frames at the start of a video the most typical is chosen of: the very first is often black. */
const framesLookedAt = 24

/** A frame near the start of a video as PNG, at most `width` pixels wide (ffmpeg). */
export function typicalFrame(path: string, mimeType: string, width: number): Promise<Buffer> {
  return runProgram(
    'ffmpeg',
    [
      ['-nostdin', '-v', 'error', '-threads', '1', '-max_pixels', `${previewBounds.pixels}`],
      // Without these a hostile file could name other files and addresses.
      ['-protocol_whitelist', 'file', '-f', demuxerOf(mimeType), '-i', `file:${path}`],
      // Made small before they are compared: all of them are held in memory for that.
      ['-an', '-sn', '-dn', '-vf', `scale='min(${width},iw)':-2,thumbnail=${framesLookedAt}`],
      ['-frames:v', '1', '-f', 'image2pipe', '-c:v', 'png', 'pipe:1'],
    ].flat(),
    'video',
  )
}
