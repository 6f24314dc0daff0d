/** Container formats with the formats that they contain. The bytes of a contained format may show the container only. */
const inside: Record<string, RegExp> = {
  'application/ogg': /^(?:audio|video)\/ogg$/,
  'application/x-cfb':
    /^application\/(?:msword|vnd\.ms-(?:excel|office|outlook|powerpoint|project|works)|vnd\.visio|x-(?:hwp|msi|mspublisher))$/,
  'application/x-gzip': /^image\/svg\+xml-compressed$/,
  'application/zip':
    /^(?:.*\+zip|application\/(?:java-archive|oxps|vnd\.android\.package-archive|vnd\.apple\.(?:keynote|numbers|pages)|vnd\.google-earth\.kmz|vnd\.ms-[a-z]+\.[a-z]+\.macroenabled\.12|vnd\.ms-xpsdocument|vnd\.oasis\.opendocument\.[a-z-]+|vnd\.openxmlformats-officedocument\.[a-z]+\.[a-z]+|vnd\.visio|x-cbr|x-xpinstall)|model\/3mf)$/,
  'image/tiff':
    /^image\/x-(?:adobe-dng|canon-cr2|nikon-nef|olympus-orf|panasonic-rw2|pentax-pef|samsung-srw|sony-arw)$/,
}

/** Returns true if a file whose bytes show `container` may be of `type`. */
export function mayBeInside(container: string, type: string): boolean {
  return inside[container]?.test(type) ?? false
}
