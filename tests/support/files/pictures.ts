import sharp, { type Sharp } from 'sharp'

/** Makes a picture of 60 × 40 pixels with distinct rows and columns. */
export function motley(depth: 8 | 16 = 8): Sharp {
  const [width, height] = [60, 40]
  const pixels = Array.from({ length: width * height * 3 }, (_, index) => (index * 37) % 251)
  const raw = { width, height, channels: 3 } as const
  if (depth === 8) return sharp(Uint8Array.from(pixels), { raw })
  return sharp(
    Uint16Array.from(pixels, (value, index) => value * 256 + (index % 256)),
    { raw },
  ).toColourspace('rgb16')
}

const secret = 'Ann was here'

/** Adds Exif (including GPS) and XMP with personal data. */
export const signed = (image: Sharp): Sharp =>
  image
    .withExif({ IFD0: { Artist: secret }, IFD3: { GPSLatitude: '51/1 30/1 0/1' } })
    .withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/">${secret}</x:xmpmeta>`)

/** Returns true if a file contains metadata of `signed`. */
export const isSigned = (file: Buffer): boolean => file.includes(secret)

/** Decodes all frames without converting colours or depth. */
export async function pixelsOf(file: Buffer): Promise<{ bytes: Buffer; shape: string }> {
  const image = sharp(file, { animated: true, ignoreIcc: true })
  const { space, depth, pages = 1 } = await image.metadata()
  const { data, info } = await image
    .toColourspace(space)
    .raw({ depth: depth === 'ushort' ? 'ushort' : 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return {
    bytes: data,
    shape: `${info.width}×${info.height}×${info.channels}, ${pages} pages, ${depth}`,
  }
}
