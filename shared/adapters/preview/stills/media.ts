import { demuxersOf } from '../../../media/preview-kind.ts'
import { maxPixels } from '../bounds.ts'
import { runHelper } from '../helper-program.ts'

/** A request for a picture of a video or of a sound. */
export interface MediaRequest {
  directory: string
  /** The file's name in the directory. */
  source: string
  mimeType: string
  width: number
  signal: AbortSignal
}

/** Restricts ffmpeg to the demuxers of the type. Otherwise it also accepts playlists, which refer to other files and URLs. */
export function untrustedInput({ source, mimeType }: MediaRequest): string[] {
  return [
    ['-protocol_whitelist', 'file'],
    ['-format_whitelist', demuxersOf(mimeType)],
    ['-max_pixels', `${maxPixels.other}`],
    ['-i', `file:${source}`],
  ].flat()
}

/** Resolves to a line for each stream, with the values of the entries, separated by `|`. Needs ffprobe. */
export async function probe(
  request: MediaRequest,
  { streams, entries }: { streams: string; entries: string },
): Promise<string[]> {
  const { directory, signal } = request
  const shown = ['-select_streams', streams, '-show_entries', entries]
  const args = ['-v', 'error', ...untrustedInput(request), ...shown, '-of', 'compact=p=0:nk=1']
  const printed = await runHelper({
    program: 'ffprobe',
    args,
    format: 'video and audio',
    directory,
    signal,
  })
  return printed.split('\n').filter((line) => line !== '')
}
