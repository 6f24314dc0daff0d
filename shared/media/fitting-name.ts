import { joinName, splitEnding, splitName } from '../model/conflict/numbered-path.ts'
import { canonicalType, extensionsOf, typeOfName } from './media-types.ts'
import { mayBeInside } from './sniff/refinements.ts'
import { isTextFormat } from './text-formats.ts'
import { isRecognisable } from './sniff/recognisable.ts'

/**
 * Containers of many formats. A name contradicts one of these types only if its extension belongs to another format that the
 * file's bytes would have shown.
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

/** Types that fit any name. */
const anyName = new Set(['application/octet-stream', 'text/plain'])

/** Formats that share their extensions. */
const families = [
  ['audio/mp4', 'audio/x-m4a', 'video/3gpp', 'video/mp4', 'video/quicktime', 'video/x-m4v'],
  ['video/matroska', 'video/webm'],
  ['audio/ogg', 'video/ogg', 'application/ogg'],
  ['audio/x-ms-asf', 'video/x-ms-asf'],
  ['image/heic', 'image/heif', 'image/heic-sequence', 'image/heif-sequence', 'image/avif'],
]

/** More extensions that fit a type: variants with the same signature, and less common names. */
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

/** Volume of a split file: `film.7z.001`. */
const volumeNumber = /^\d{3}$/

/** After this many numbered names, `siblingNames` uses random suffixes. */
const numberedSiblings = 20

/**
 * Returns a name whose extension fits the type. Replaces an extension of another type. Appends the type's extension to a name
 * without a known extension. Without a name, returns `file` with the type's extension.
 */
export function fittingName(name: string | undefined, mimeType: string): string {
  const type = canonicalType(mimeType)
  const [extension] = extensionsOf(type)
  if (name === undefined) return extension === undefined ? 'file' : `file.${extension}`
  if (extension === undefined || anyName.has(type) || fits(name, type)) return name
  const { stem } = typeOfName(name) === undefined ? { stem: name } : splitEnding(name)
  return joinName(stem, `.${extension}`)
}

/** Yields the name, then alternatives without end and without repetition: `a (2).txt`, `a (3).txt` and so on. */
export function* siblingNames(name: string): Generator<string> {
  yield name
  const { stem, ending } = splitName(name)
  for (let n = 2; n <= numberedSiblings; n++) yield joinName(stem, ` (${n})${ending}`)
  for (;;) yield joinName(stem, ` (${crypto.randomUUID().slice(0, 8)})${ending}`)
}

function fits(name: string, type: string): boolean {
  const { stem, ending } = splitEnding(name)
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
