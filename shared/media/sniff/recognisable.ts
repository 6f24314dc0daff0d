import { supportedMimeTypes } from 'file-type'
import { canonicalType } from '../media-types.ts'
import { sniffableTypes } from './signatures.ts'

/** Types that the detection recognises from bytes. */
const recognisable: ReadonlySet<string> = new Set(
  [...sniffableTypes, ...supportedMimeTypes, 'image/svg+xml-compressed'].map(canonicalType),
)

/** Recognisable formats that also have files without a signature, such as a text variant. */
const partlyRecognisable = new Set([
  'application/dicom',
  'application/pgp-encrypted',
  'application/vnd.apache.arrow.file',
  'application/x-apple-diskimage',
  'application/x-iso9660-image',
  'application/x-mobipocket-ebook',
  'image/x-olympus-orf',
  'image/x-panasonic-rw2',
  'model/stl',
])

/** Returns true if bytes can identify a type. */
export function isRecognisable(type: string): boolean {
  return recognisable.has(type)
}

/** Returns true if a file of a type may have bytes that do not identify it. */
export function mayBeUnrecognised(type: string): boolean {
  return !isRecognisable(type) || partlyRecognisable.has(type)
}
