import { canonicalType } from '../../media/media-types.ts'

/** Whether a type is in a list as in `<input accept>`: `image/*`, `video/mp4,video/webm`. */
export function acceptsType(accept: string, type: string): boolean {
  const actual = canonicalType(type)
  return accept.split(',').some((entry) => {
    const wanted = entry.trim().toLowerCase()
    if (wanted.endsWith('/*')) return actual.startsWith(wanted.slice(0, -1))
    return canonicalType(wanted) === actual
  })
}
