import type { IconName } from '../parts/icon-paths.ts'

export interface Kind {
  icon: IconName
  /** The class that colours the icon. */
  tint: string
  word: string
}

const kinds: [RegExp, Kind][] = [
  [/^image\//, { icon: 'image', tint: 'k-pic', word: 'Image' }],
  [/^video\//, { icon: 'film', tint: 'k-film', word: 'Video' }],
  [/^audio\//, { icon: 'sound', tint: 'k-sound', word: 'Audio' }],
  [/^application\/pdf$/, { icon: 'text', tint: 'k-doc', word: 'PDF document' }],
  [/csv|spreadsheet|excel/, { icon: 'sheet', tint: 'k-grid', word: 'Table' }],
  [/zip|tar|compressed|x-7z|rar/, { icon: 'archive', tint: 'k-pack', word: 'Archive' }],
  // Before code: the types of Office Open XML contain `xml`.
  [/word|document|presentation|powerpoint|rtf/, { icon: 'text', tint: 'k-text', word: 'Document' }],
  [
    /html|xml|json|javascript|x-python|x-sh|typescript/,
    { icon: 'code', tint: 'k-text', word: 'Code' },
  ],
  [/^text\//, { icon: 'text', tint: 'k-text', word: 'Text' }],
]
const other: Kind = { icon: 'file', tint: '', word: 'File' }

export function kindOf(mimeType: string): Kind {
  return kinds.find(([pattern]) => pattern.test(mimeType))?.[1] ?? other
}

/** Types that the service may draw a picture of. */
export function hasPicture(mimeType: string): boolean {
  return /^(image|video|audio)\/|^application\/(pdf$|msword|vnd\.(ms-|openxml|oasis))/.test(
    mimeType,
  )
}
