import { Refusal } from '../refusals.ts'
import type { StrippedImage } from './stripped-image.ts'
import { TiffFile, type Directory } from './tiff-file.ts'

/** Tags that decoders need: TIFF 6.0, its supplements and technical notes, libtiff's codecs. All other tags are metadata. */
const kept = new Set(
  [
    '254 255 256 257 258 259 262 263 264 265 266 273 274 277 278 279 280 281 282 283 284 290 291 292 293',
    '296 297 301 317 318 319 320 321 322 323 324 325 326 327 328 330 332 333 334 336 338 339 340 341 342',
    '343 344 346 347 351 400 401 402 403 404 405 433 434 435 512 513 514 515 517 518 519 520 521 529 530',
    '531 532 559 32995 32996 32997 32998 34675 37439 50674',
  ].flatMap((row) => row.split(' ').map(Number)),
)

const tag = { width: 256, photometric: 262, orientation: 274, dngVersion: 50_706 }
const subdirectories = new Set([330])

/** Exif, GPS and interoperability directories, which contain only metadata. */
const metadataDirectories = new Set([34_665, 34_853, 40_965])
const nothing: ReadonlySet<number> = new Set()

/** Photometric interpretations of camera raw: colour filter array, linear raw (TIFF/EP, DNG). */
const rawPhotometrics = new Set([32_803, 34_892])

/**
 * Strips metadata from a TIFF with any compression: removes entries from its directories and overwrites their values with zeros.
 * Keeps pages, depth, alpha and profile.
 */
export function stripTiff(given: Buffer): StrippedImage {
  // Canon CR2.
  if (given.toString('latin1', 8, 10) === 'CR') throw new Refusal('raw')
  const file = new TiffFile(Buffer.from(given))
  const pages = file.pages()
  const pictures = [...pages, ...file.below(pages, subdirectories)]
  const [first] = pages
  if (!first || file.value(first, tag.width) === undefined) throw new Refusal('damaged')
  if (pictures.some((it) => isRaw(file, it))) throw new Refusal('raw')
  const orientation = file.value(first, tag.orientation) ?? 1
  const metadata = file.below(pictures, metadataDirectories)
  for (const directory of pictures) file.keepEntries(directory, kept)
  for (const directory of metadata) file.keepEntries(directory, nothing)
  const reencoding = pages.length > 1 ? ({ refused: 'pages' } as const) : { isLossless: true }
  return { orientation, stripped: [file.bytes], reencoding }
}

function isRaw(file: TiffFile, directory: Directory): boolean {
  const photometric = file.value(directory, tag.photometric) ?? 0
  return (
    rawPhotometrics.has(photometric) || directory.entries.some((it) => it.tag === tag.dngVersion)
  )
}
