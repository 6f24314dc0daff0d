import { maxSegmentBytes } from '../model/path.ts'
import { canonicalType, extensionsOf, typeOfName } from './media-types.ts'
import { mayBeInside } from './sniff/refinements.ts'
import { isTextFormat } from './text-formats.ts'
import { isRecognisable } from './sniff/detect-type.ts'

/**
 * Types that say little: of what any file has, or of a container of many formats. A name contradicts them only where its
 * extension stands for another format that its bytes would have shown.
 */
const generic = new Set([
  'application/ogg',
  'application/x-cfb',
  'application/x-gzip',
  'application/x-tar',
  'application/zip',
  'image/tiff',
  'text/xml',
])

/** Types that fit any name: they say only what a file is not. */
const anyName = new Set(['application/octet-stream', 'text/plain'])

/** Formats of one family: each other's extensions stand for them too. */
const families = [
  ['audio/mp4', 'audio/x-m4a', 'video/3gpp', 'video/mp4', 'video/quicktime', 'video/x-m4v'],
  ['video/matroska', 'video/webm'],
  ['audio/ogg', 'video/ogg', 'application/ogg'],
  ['audio/x-ms-asf', 'video/x-ms-asf'],
  ['image/heic', 'image/heif', 'image/heic-sequence', 'image/heif-sequence', 'image/avif'],
]

/** Extensions of formats whose bytes are another format's, or that the format goes by as well. */
const furtherExtensions: Record<string, string[]> = {
  'application/msword': ['wps', 'wpt'],
  'application/pdf': ['ai'],
  'application/pgp-encrypted': ['asc', 'gpg'],
  'application/vnd.ms-excel': ['et', 'ett'],
  'application/vnd.ms-powerpoint': ['dps', 'dpt'],
  'application/x-7z-compressed': ['cb7'],
  'application/x-bzip2': ['tbz', 'tbz2', 'tb2', 'tz2'],
  'application/x-rar-compressed': ['cbr'],
  'application/x-xz': ['txz'],
  'application/zstd': ['tzst', 'zstd'],
  'image/jpeg': ['mpo', 'jps', 'thm', 'mjpeg', 'mjpg'],
  'image/vnd.adobe.photoshop': ['psb', 'psdt', 'pdd'],
  'text/calendar': ['ical'],
  'text/html': ['xhtml', 'xht'],
  'text/vcard': ['vcf'],
}

/** The number of one volume of a split file: `film.7z.001`. */
const volumeNumber = /^\d{3}$/

/** How many siblings are numbered, before a name says by chance which one it is. */
const numberedSiblings = 20

const longestEnding = 20

/**
 * A name whose extension does not contradict the type. One that does is replaced; a name without an extension, or with one
 * that stands for nothing, gets the right one appended. Without a name, `file` with the type's extension.
 */
export function fittingName(name: string | undefined, mimeType: string): string {
  const type = canonicalType(mimeType)
  const [extension] = extensionsOf(type)
  if (name === undefined) return extension === undefined ? 'file' : `file.${extension}`
  if (extension === undefined || anyName.has(type) || fits(name, type)) return name
  const { stem } = typeOfName(name) === undefined ? { stem: name } : split(name)
  return joined(stem, `.${extension}`)
}

/** The name, and then others beside it, none twice: `a (2).txt`, `a (3).txt` and so on. Without end. */
export function* siblingNames(name: string): Generator<string> {
  yield name
  const { stem, ending } = split(name)
  for (let n = 2; n <= numberedSiblings; n++) yield joined(stem, ` (${n})${ending}`)
  for (;;) yield joined(stem, ` (${crypto.randomUUID().slice(0, 8)})${ending}`)
}

function fits(name: string, type: string): boolean {
  const { stem, ending } = split(name)
  const extension = ending.slice(1).toLowerCase()
  if (extension === '') return false
  if (volumeNumber.test(extension) && fits(stem, type)) return true
  if (furtherExtensions[type]?.includes(extension)) return true
  const named = typeOfName(name)
  if (generic.has(type)) {
    const isOther = named !== undefined && named !== type && isRecognisable(named)
    return !isOther || mayBeInside(type, named)
  }
  if (named === 'text/plain') return isTextFormat(type)
  const family = families.find((members) => members.includes(type)) ?? [type]
  return family.some((member) => member === named || extensionsOf(member).includes(extension))
}

/** A dot at the start begins no extension, and what follows the last dot of a sentence is none. */
function split(name: string): { stem: string; ending: string } {
  const dot = name.lastIndexOf('.')
  const isEnding = dot > 0 && name.length - dot <= longestEnding
  return isEnding
    ? { stem: name.slice(0, dot), ending: name.slice(dot) }
    : { stem: name, ending: '' }
}

/** Within the length of a name; no character is cut in two. */
function joined(stem: string, ending: string): string {
  let kept = stem
  while (Buffer.byteLength(kept + ending) > maxSegmentBytes) kept = kept.replace(/.$/su, '')
  return kept + ending
}
