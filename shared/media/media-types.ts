import mime from 'mime'

interface MediaType {
  /** Other names of the type, from IANA, file-type, clients and operating systems. */
  aliases?: string[]
  /** Extensions that fit the type, the usual one first. */
  extensions?: string[]
  /** The name under which browsers open the type in a viewer or player; `true` for its canonical name. */
  inline?: true | string
}

/**
 * Canonical names of media types, as records store them. Formats in WHATWG MIME Sniffing use WHATWG's name (`audio/wave`).
 * Other formats use IANA's name, or else the most common name. Other tables use canonical names only. `canonicalType`
 * translates aliases. A type needs a row only if it has aliases, extensions that differ from those of `mime`, or a viewer in
 * browsers.
 */
export const mediaTypes: Record<string, MediaType> = {
  'application/ogg': { aliases: ['application/x-ogg'], extensions: ['ogx', 'ogg', 'oga', 'ogv'] },
  'application/pdf': { aliases: ['application/x-pdf'], inline: true },
  'application/vnd.lotus-1-2-3': { extensions: ['wk1', 'wks', '123', 'wk3', 'wk4'] },
  'application/vnd.ms-excel': { aliases: ['application/msexcel', 'application/x-msexcel'] },
  'application/vnd.ms-project': { aliases: ['application/msproject'], extensions: ['mpp', 'mpt'] },
  'application/vnd.visio': { extensions: ['vsd', 'vss', 'vst', 'vsdx', 'vssx', 'vstx', 'vsdm'] },
  'application/x-cfb': { extensions: ['cfb'] },
  'application/x-filemaker': { extensions: ['fmp12', 'fp7'] },
  'application/x-gzip': {
    aliases: ['application/gzip', 'application/gzip-compressed', 'application/x-gunzip'],
    extensions: ['gz', 'gzip', 'tgz'],
  },
  'application/x-msaccess': {
    aliases: ['application/msaccess', 'application/vnd.ms-access'],
    extensions: ['mdb', 'accdb', 'accde', 'mde'],
  },
  'application/x-msi': { extensions: ['msi', 'msp', 'mst'] },
  'application/x-msmoney': { extensions: ['mny'] },
  'application/x-quattro-pro': { extensions: ['wq1', 'wb1', 'wb2', 'qpw'] },
  'application/x-rar-compressed': {
    aliases: ['application/vnd.rar', 'application/x-rar'],
    extensions: ['rar'],
  },
  'application/zip': { aliases: ['application/x-zip', 'application/x-zip-compressed'] },
  'audio/aac': {
    aliases: ['audio/aacp', 'audio/x-aac'],
    extensions: ['aac', 'adts'],
    inline: true,
  },
  'audio/aiff': { aliases: ['audio/x-aiff'], extensions: ['aiff', 'aif', 'aifc'] },
  'audio/flac': { aliases: ['audio/x-flac'], extensions: ['flac'], inline: true },
  'audio/midi': {
    aliases: ['audio/mid', 'audio/x-midi'],
    extensions: ['mid', 'midi', 'kar', 'rmi'],
  },
  'audio/mp4': { extensions: ['m4b', 'm4a', 'mp4a', 'f4a', 'f4b'], inline: true },
  'audio/mpeg': { aliases: ['audio/mp3', 'audio/x-mp3'], extensions: ['mp3'], inline: true },
  'audio/ogg': {
    aliases: ['audio/opus', 'audio/vorbis', 'audio/x-ogg', 'audio/x-opus+ogg', 'audio/x-speex'],
    extensions: ['ogg', 'opus', 'oga', 'spx'],
    inline: true,
  },
  'audio/wave': {
    aliases: ['audio/wav', 'audio/x-wav', 'audio/vnd.wave'],
    extensions: ['wav', 'bwf'],
    inline: 'audio/wav',
  },
  'audio/x-m4a': { extensions: ['m4a', 'mp4'], inline: true },
  'audio/x-ms-asf': { aliases: ['audio/x-ms-wma'], extensions: ['wma', 'asf'] },
  'image/avif': { inline: true },
  'image/bmp': { aliases: ['image/x-bmp', 'image/x-ms-bmp'], extensions: ['bmp', 'dib'] },
  'image/fits': { aliases: ['application/fits'], extensions: ['fits', 'fit', 'fts'] },
  'image/gif': { inline: true },
  'image/heic': { extensions: ['heic', 'heif'] },
  'image/heif': { extensions: ['heif', 'heic', 'hif'] },
  'image/jpeg': {
    aliases: ['image/jpg', 'image/pjpeg'],
    extensions: ['jpg', 'jpeg', 'jpe', 'jfif', 'jif'],
    inline: true,
  },
  'image/png': { aliases: ['image/x-png'], extensions: ['png', 'apng'], inline: true },
  'image/svg+xml': { extensions: ['svg'] },
  // The name in freedesktop's shared-mime-info. IANA has none for gzip of SVG.
  'image/svg+xml-compressed': { extensions: ['svgz'] },
  'image/webp': { inline: true },
  'image/x-adobe-dng': { aliases: ['image/dng'], extensions: ['dng'] },
  'image/x-canon-cr2': { extensions: ['cr2'] },
  'image/x-canon-cr3': { extensions: ['cr3'] },
  'image/x-fujifilm-raf': { aliases: ['image/x-fuji-raf'], extensions: ['raf'] },
  'image/x-icon': { aliases: ['image/vnd.microsoft.icon'], extensions: ['ico', 'cur'] },
  'image/x-nikon-nef': { extensions: ['nef', 'nrw'] },
  'image/x-olympus-orf': { extensions: ['orf'] },
  'image/x-panasonic-rw2': { extensions: ['rw2'] },
  'image/x-pentax-pef': { extensions: ['pef'] },
  'image/x-portable-arbitrarymap': { extensions: ['pam'] },
  'image/x-samsung-srw': { extensions: ['srw'] },
  'image/x-sony-arw': { extensions: ['arw', 'sr2', 'srf'] },
  'image/x-tga': {
    aliases: ['image/tga', 'image/targa', 'image/x-targa'],
    extensions: ['tga', 'icb', 'vda', 'vst'],
  },
  'text/plain': { inline: true },
  'video/avi': {
    aliases: ['video/x-msvideo', 'video/vnd.avi', 'video/msvideo'],
    extensions: ['avi'],
  },
  'video/matroska': {
    aliases: ['video/x-matroska', 'application/x-matroska', 'audio/matroska', 'audio/x-matroska'],
    extensions: ['mkv', 'mka', 'mk3d', 'mks'],
    inline: true,
  },
  'video/mp4': { extensions: ['mp4', 'mp4v', 'mpg4', 'f4v'], inline: true },
  'video/mpeg': {
    aliases: ['video/mp1s', 'video/mp2p', 'video/mpg', 'video/x-mpeg', 'video/x-ms-vob'],
    extensions: ['mpg', 'mpeg', 'mpe', 'm1v', 'm2v', 'vob'],
  },
  'video/ogg': { extensions: ['ogv', 'ogg'], inline: true },
  // Chromium downloads `video/quicktime` but plays the same bytes as `video/mp4`, a format derived from QuickTime.
  'video/quicktime': { extensions: ['mov', 'qt'], inline: 'video/mp4' },
  'video/webm': { aliases: ['audio/webm'], extensions: ['webm', 'weba'], inline: true },
  'video/x-m4v': { inline: true },
  'video/x-ms-asf': {
    aliases: ['application/vnd.ms-asf', 'video/x-ms-wmv'],
    extensions: ['wmv', 'asf'],
  },
}

const rows = Object.entries(mediaTypes)

const canonicalNames = new Map(
  rows.flatMap(([type, { aliases = [] }]) => aliases.map((alias) => [alias, type])),
)

/** Maps an extension to the type that lists it at the lowest index. */
const typesByExtension = new Map(
  rows
    .flatMap(([type, { extensions = [] }]) =>
      extensions.map((extension, index) => ({ extension, type, index })),
    )
    .sort((a, b) => b.index - a.index)
    .map(({ extension, type }) => [extension, type]),
)

/** Returns the canonical name of a type without parameters. */
export function canonicalType(type: string): string {
  return canonicalNames.get(type) ?? type
}

/** Returns the type of a name's extension. */
export function typeOfName(name: string): string | undefined {
  const dot = name.lastIndexOf('.')
  if (dot < 0) return undefined
  const extension = name.slice(dot + 1).toLowerCase()
  const type = typesByExtension.get(extension) ?? mime.getType(extension)
  return type === null ? undefined : canonicalType(type)
}

/** Returns the extensions that fit a type, the usual one first. */
export function extensionsOf(type: string): string[] {
  const own = mediaTypes[type]?.extensions ?? []
  const usual = own.length > 0 ? null : mime.getExtension(type)
  const all = mime.getAllExtensions(type) ?? []
  return [...new Set([...own, ...(usual === null ? [] : [usual]), ...all])]
}

/** Returns the name under which browsers open a type in a viewer or player without scripts; undefined for other types. */
export function inlineType(mimeType: string): string | undefined {
  const type = canonicalType(mimeType)
  const inline = mediaTypes[type]?.inline
  return inline === true ? type : inline
}
