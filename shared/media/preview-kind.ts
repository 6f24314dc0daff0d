import { isOffice } from './office-formats.ts'
import { isTextFormat } from './text-formats.ts'

/** Decides which decoder reads the bytes. */
export type PictureKind = 'image' | 'svg' | 'pdf' | 'video' | 'audio' | 'office'
type PreviewKind = PictureKind | 'text'

/** Raster formats with a decoder. */
const imageTypes = new Set(
  ['avif', 'gif', 'heic', 'heif', 'jpeg', 'png', 'tiff', 'webp'].map((type) => `image/${type}`),
)

const svgTypes = new Set(['image/svg+xml', 'image/svg+xml-compressed'])

/** Demuxers of ffmpeg by type, in the vocabulary of `mediaTypes`. */
const audioDemuxers: Record<string, string> = {
  'application/ogg': 'ogg',
  'audio/aac': 'aac',
  'audio/aiff': 'aiff',
  'audio/amr': 'amr',
  'audio/ape': 'ape',
  'audio/flac': 'flac',
  'audio/mp4': 'mov',
  'audio/mpeg': 'mp3',
  'audio/ogg': 'ogg',
  'audio/vnd.dolby.dd-raw': 'ac3',
  'audio/wave': 'wav',
  'audio/wavpack': 'wv',
  'audio/x-caf': 'caf',
  'audio/x-dsf': 'dsf',
  'audio/x-m4a': 'mov',
  'audio/x-ms-asf': 'asf',
  'audio/x-musepack': 'mpc,mpc8',
  'audio/x-voc': 'voc',
}
const videoDemuxers: Record<string, string> = {
  'video/3gpp': 'mov',
  'video/3gpp2': 'mov',
  'video/avi': 'avi',
  'video/matroska': 'matroska',
  'video/mp2t': 'mpegts',
  'video/mp4': 'mov',
  'video/mpeg': 'mpeg,mpegvideo',
  'video/ogg': 'ogg',
  'video/quicktime': 'mov',
  'video/webm': 'matroska',
  'video/x-flv': 'flv',
  'video/x-m4v': 'mov',
  'video/x-ms-asf': 'asf',
}

/** Returns undefined for a type without a preview. */
export function previewKind(mimeType: string): PreviewKind | undefined {
  if (imageTypes.has(mimeType)) return 'image'
  if (svgTypes.has(mimeType)) return 'svg'
  if (mimeType === 'application/pdf') return 'pdf'
  if (Object.hasOwn(videoDemuxers, mimeType)) return 'video'
  if (Object.hasOwn(audioDemuxers, mimeType)) return 'audio'
  if (isOffice(mimeType)) return 'office'
  return isTextFormat(mimeType) ? 'text' : undefined
}

/** Returns the ffmpeg demuxers that may read a video or audio type, separated by commas. */
export function demuxersOf(mimeType: string): string {
  const names = videoDemuxers[mimeType] ?? audioDemuxers[mimeType]
  if (names === undefined) throw new Error(`${mimeType} is no video or audio type with a preview`)
  return names
}
