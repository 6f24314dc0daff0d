import type { FileKind } from '../model/file.ts'
import { canonicalType } from './media-types.ts'
import { isTextFormat } from './text-formats.ts'

const documents = new Set([
  'application/epub+zip',
  'application/msword',
  'application/pdf',
  'application/postscript',
  'application/rtf',
  'application/vnd.apple.keynote',
  'application/vnd.apple.numbers',
  'application/vnd.apple.pages',
  'application/vnd.lotus-1-2-3',
  'application/vnd.visio',
  'application/vnd.wordperfect',
  'application/x-quattro-pro',
  'application/xps',
])

/** Office formats: `.docx`, `.xlsm`, `.odt`, `.sxw`, `.ppt` and their templates. */
const office =
  /^application\/vnd\.(?:openxmlformats-officedocument|oasis\.opendocument|sun\.xml|ms-(?:excel|powerpoint|project|word|works|xpsdocument))(?:\.|$)/

const archives = new Set([
  'application/java-archive',
  'application/vnd.android.package-archive',
  'application/vnd.debian.binary-package',
  'application/vnd.ms-cab-compressed',
  'application/x-7z-compressed',
  'application/x-ace-compressed',
  'application/x-apple-diskimage',
  'application/x-archive',
  'application/x-arj',
  'application/x-bzip',
  'application/x-bzip2',
  'application/x-compress',
  'application/x-cpio',
  'application/x-debian-package',
  'application/x-deb',
  'application/x-gzip',
  'application/x-iso9660-image',
  'application/x-lha',
  'application/x-lz4',
  'application/x-lzh-compressed',
  'application/x-lzip',
  'application/x-lzma',
  'application/x-rar-compressed',
  'application/x-redhat-package-manager',
  'application/x-rpm',
  'application/x-tar',
  'application/x-xz',
  'application/zip',
  'application/zstd',
])

/** The kind of a media type, for filters of listings. SVG is an image, HTML and JSON are texts. */
export function kindOf(mimeType: string): FileKind {
  const type = canonicalType(mimeType)
  if (type.startsWith('image/')) return 'image'
  if (type.startsWith('video/')) return 'video'
  if (type.startsWith('audio/') || type === 'application/ogg') return 'audio'
  if (documents.has(type) || office.test(type)) return 'document'
  if (archives.has(type)) return 'archive'
  return isTextFormat(type) ? 'text' : 'other'
}
