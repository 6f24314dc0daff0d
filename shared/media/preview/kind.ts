import { isTextFormat } from '../text-formats.ts'

/** What a preview is made from: decides which decoder sees the bytes. */
export type PictureKind = 'image' | 'pdf' | 'video'
export type PreviewKind = PictureKind | 'text'

/** Raster formats that the decoder is let loose on; SVG is a program of its own and never rendered. */
const imageTypes = new Set(
  ['avif', 'gif', 'heic', 'heif', 'jpeg', 'png', 'tiff', 'webp'].map((type) => `image/${type}`),
)

/** Demuxers of ffmpeg by type, named to it: left to guess, it also takes playlists, which name other files. */
const demuxers: Record<string, string> = {
  'video/avi': 'avi',
  'video/matroska': 'matroska',
  'video/mp4': 'mov',
  'video/mpeg': 'mpeg',
  'video/ogg': 'ogg',
  'video/quicktime': 'mov',
  'video/webm': 'matroska',
  'video/x-m4v': 'mov',
}

/** Undefined for a type of which nothing can be shown. */
export function previewKind(mimeType: string): PreviewKind | undefined {
  if (imageTypes.has(mimeType)) return 'image'
  if (mimeType === 'application/pdf') return 'pdf'
  if (Object.hasOwn(demuxers, mimeType)) return 'video'
  return mimeType !== 'image/svg+xml' && isTextFormat(mimeType) ? 'text' : undefined
}

/** What ffmpeg calls the container of a video type. */
export function demuxerOf(mimeType: string): string {
  const demuxer = demuxers[mimeType]
  if (demuxer === undefined) throw new Error(`${mimeType} is no video type that is previewed`)
  return demuxer
}
