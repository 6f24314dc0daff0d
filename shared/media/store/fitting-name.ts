import mime from 'mime'
import { maxSegmentBytes } from '../../workspace/path.ts'

/** Extensions of types that WHATWG or file-type name otherwise than IANA does. */
const extensions: Record<string, string> = {
  'application/x-gzip': 'gz',
  'audio/aiff': 'aiff',
  'audio/mpeg': 'mp3',
  'video/avi': 'avi',
  'video/matroska': 'mkv',
  'video/vnd.avi': 'avi',
}

/** Types that fit any name: they say only what a file is not. */
const anyName = new Set(['application/octet-stream', 'text/plain'])

/** How many siblings are numbered, before a name says by chance which one it is. */
const numberedSiblings = 20

const longestEnding = 20

/**
 * A name whose extension fits the type: one that stands for another type is replaced, none or one that stands for nothing
 * is kept and the right one put behind it. Without a name, `file` with the type's extension.
 */
export function fittingName(name: string | undefined, mimeType: string): string {
  const extension = extensions[mimeType] ?? mime.getExtension(mimeType)
  if (name === undefined) return extension === null ? 'file' : `file.${extension}`
  if (extension === null || anyName.has(mimeType) || fits(name, mimeType)) return name
  const { stem } = mime.getType(name) === null ? { stem: name } : split(name)
  return joined(stem, `.${extension}`)
}

/** The name, and then others beside it, none twice: `a (2).txt`, `a (3).txt` and so on. Without end. */
export function* siblingNames(name: string): Generator<string> {
  yield name
  const { stem, ending } = split(name)
  for (let n = 2; n <= numberedSiblings; n++) yield joined(stem, ` (${n})${ending}`)
  for (;;) yield joined(stem, ` (${crypto.randomUUID().slice(0, 8)})${ending}`)
}

function fits(name: string, mimeType: string): boolean {
  const { ending } = split(name)
  const own = ending.slice(1).toLowerCase()
  if (own === '') return false
  return (
    own === extensions[mimeType] ||
    mime.getAllExtensions(mimeType)?.has(own) === true ||
    mime.getType(name) === mimeType
  )
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
