const upright = 1
const orientationTag = 0x0112
const shortType = 3

/** Reads `Orientation` from an Exif block (Exif 2.32 §4.6.4), which is a small TIFF. Returns upright if it is missing or invalid. */
export function exifOrientation(exif: Buffer): number {
  const tiff = exif.subarray(0, 6).toString('latin1') === 'Exif\0\0' ? exif.subarray(6) : exif
  const order = tiff.subarray(0, 4).toString('latin1')
  if (order !== 'II*\0' && order !== 'MM\0*') return upright
  const isLittle = order === 'II*\0'
  const short = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const long = (at: number) => (isLittle ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at))
  if (tiff.length < 8) return upright
  const directory = long(4)
  if (directory + 2 > tiff.length) return upright
  const entries = short(directory)
  for (let at = directory + 2; at < directory + 2 + 12 * entries; at += 12) {
    if (at + 12 > tiff.length) return upright
    if (short(at) !== orientationTag) continue
    const value = short(at + 2) === shortType ? short(at + 8) : upright
    return value >= 1 && value <= 8 ? value : upright
  }
  return upright
}
