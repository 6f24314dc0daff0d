import { gzipSync } from 'node:zlib'
import { compoundFile } from './compound-file.ts'
import { accessDatabase } from './encrypted-documents.ts'
import { streamedZip } from './streamed-zip.ts'

/** 100 KB of filler, so that the following bytes lie beyond the head that a scan keeps. */
export const filler = Buffer.alloc(100_000, 0x5a)

const office = (...types: string[]) =>
  `<Types>${types.map((type) => `<Override PartName="/x" ContentType="${type}"/>`).join('')}</Types>`
const main = (type: string) => `application/vnd.${type}.main+xml`
const openXml = 'openxmlformats-officedocument'

/** Makes an Office document whose parts precede its list of content types, as streaming writers do. */
const document = (type: string, folder: string) =>
  streamedZip({ [`${folder}/media/a.bin`]: filler, '[Content_Types].xml': office(main(type)) })

/** Files of formats in zip archives, by type. */
export const zipSamples: Record<string, Buffer> = {
  'application/zip': streamedZip({ 'notes.txt': 'notes', 'word/notes.txt': 'notes' }),
  [`application/vnd.${openXml}.wordprocessingml.document`]: document(
    `${openXml}.wordprocessingml.document`,
    'word',
  ),
  [`application/vnd.${openXml}.spreadsheetml.sheet`]: document(
    `${openXml}.spreadsheetml.sheet`,
    'xl',
  ),
  [`application/vnd.${openXml}.presentationml.presentation`]: document(
    `${openXml}.presentationml.presentation`,
    'ppt',
  ),
  'application/vnd.ms-excel.sheet.macroenabled.12': document('ms-excel.sheet.macroEnabled', 'xl'),
  'application/vnd.ms-word.template.macroenabled.12': document(
    'ms-word.template.macroEnabledTemplate',
    'word',
  ),
  'application/vnd.visio': streamedZip({
    'visio/a.bin': filler,
    '[Content_Types].xml': office('application/vnd.ms-visio.drawing.main+xml'),
  }),
  'model/3mf': streamedZip({
    '3D/3dmodel.model': filler,
    '[Content_Types].xml': office('application/vnd.ms-package.3dmanufacturing-3dmodel+xml'),
  }),
  'application/vnd.oasis.opendocument.text': streamedZip({
    'content.xml': filler,
    mimetype: 'application/vnd.oasis.opendocument.text',
  }),
  'application/epub+zip': streamedZip({ 'a.xhtml': filler, mimetype: 'application/epub+zip\n' }),
  'application/vnd.apple.keynote': streamedZip({
    'Data/a.jpg': filler,
    'Index/Document.iwa': 'x',
    'Index/MasterSlide-1.iwa': 'x',
  }),
  'application/vnd.apple.numbers': streamedZip({
    'Data/a.jpg': filler,
    'Index/CalculationEngine.iwa': 'x',
    'Index/Document.iwa': 'x',
  }),
  'application/vnd.apple.pages': streamedZip({ 'Data/a.jpg': filler, 'Index/Document.iwa': 'x' }),
  'application/java-archive': streamedZip({ 'a.class': filler, 'META-INF/MANIFEST.MF': 'x' }),
  'application/vnd.android.package-archive': streamedZip({
    'META-INF/MANIFEST.MF': 'x',
    'AndroidManifest.xml': filler,
  }),
  'application/vnd.google-earth.kmz': streamedZip({ 'files/a.png': filler, 'doc.kml': '<kml/>' }),
}

/** iWork documents that differ in the content of one entry only. */
export const iWorkSamples: [name: string, bytes: Buffer, type: string][] = [
  [
    'Pages with tables',
    streamedZip({
      'Index/Document.iwa': Buffer.from(
        '002a00002b009d080112 0508904e1801'.replaceAll(' ', ''),
        'hex',
      ),
      'Index/Tables/DataList.iwa': 'x',
      'Index/CalculationEngine.iwa': 'x',
    }),
    'application/vnd.apple.pages',
  ],
  [
    "Pages '09",
    streamedZip({ 'index.xml': '<?xml version="1.0"?>\n<sl:document xmlns:sl="x"/>' }),
    'application/vnd.apple.pages',
  ],
  [
    "Numbers '09",
    streamedZip({ 'index.xml': '<?xml version="1.0"?>\n<ls:document xmlns:ls="x"/>' }),
    'application/vnd.apple.numbers',
  ],
  [
    "Keynote '09",
    streamedZip({ 'index.apxl': '<key:presentation/>' }),
    'application/vnd.apple.keynote',
  ],
  ['a web page', streamedZip({ 'index.xml': '<feed/>' }), 'application/zip'],
]

/** Makes a compound file with its directory near the end. */
const compound = (root: Parameters<typeof compoundFile>[0], rootClsid = '') =>
  compoundFile(root, { gapSectors: 400, rootClsid })

const bytes = Buffer.alloc(100, 1)

/** Files of formats in compound files, by type. */
export const compoundSamples: Record<string, Buffer> = {
  'application/msword': compound({ WordDocument: bytes, '1Table': bytes }),
  'application/vnd.ms-excel': compound({ Workbook: bytes }),
  'application/vnd.ms-powerpoint': compound({ 'PowerPoint Document': bytes }),
  'application/vnd.visio': compound({ VisioDocument: bytes }),
  'application/vnd.ms-outlook': compound({
    '__properties_version1.0': bytes,
    '__nameid_version1.0': { '__substg1.0_00020102': bytes },
  }),
  'application/x-mspublisher': compound({
    Contents: bytes,
    Quill: { QuillSub: { CONTENTS: bytes } },
  }),
  'application/vnd.ms-project': compound({ Props14: bytes, '   114': { TBkndTask: bytes } }),
  'application/x-msi': compound({ a: bytes }, '84100c0000000000c000000000000046'),
  'application/x-cfb': compound({ Contents: bytes }),
}

/** Makes a TIFF whose directory follows its pixels, like libtiff, with additional tags for camera raw. */
export function lateTiff(tags: number[] = [], order: 'LE' | 'BE' = 'LE'): Buffer {
  const pixels = Buffer.alloc(100_000, 7)
  const all = [256, 257, ...tags].sort((a, b) => a - b)
  const head = Buffer.alloc(8)
  const directory = Buffer.alloc(2 + all.length * 12 + 4)
  const write16 = (to: Buffer, value: number, at: number) =>
    order === 'LE' ? to.writeUInt16LE(value, at) : to.writeUInt16BE(value, at)
  const write32 = (to: Buffer, value: number, at: number) =>
    order === 'LE' ? to.writeUInt32LE(value, at) : to.writeUInt32BE(value, at)
  head.write(order === 'LE' ? 'II' : 'MM', 'latin1')
  write16(head, 42, 2)
  write32(head, head.length + pixels.length, 4)
  write16(directory, all.length, 0)
  all.forEach((tag, index) => {
    write16(directory, tag, 2 + index * 12)
    write16(directory, 3, 4 + index * 12)
    write32(directory, 1, 6 + index * 12)
  })
  return Buffer.concat([head, pixels, directory])
}

/** A FITS picture: cards of 80 characters up to the next multiple of 2880 bytes, then pixels. */
export const fits = Buffer.concat([
  Buffer.from(
    ['SIMPLE  =                    T', 'BITPIX  =                    8', 'END']
      .map((card) => card.padEnd(80))
      .join('')
      .padEnd(2880),
  ),
  Buffer.alloc(2880),
])

/** Makes a JBIG picture (T.82 §6.2) with one layer, whose first bytes equal those of an icon. */
export function jbig(planes: number, width: number, height: number): Buffer {
  const header = Buffer.from([0, 0, planes, 0, ...Array<number>(12).fill(0), 8, 0, 3, 0x48])
  header.writeUInt32BE(width, 4)
  header.writeUInt32BE(height, 8)
  header.writeUInt32BE(128, 12)
  return Buffer.concat([header, Buffer.alloc(100, 0xa5)])
}

/** Makes an uncompressed Truevision picture, whose first bytes equal those of a Windows cursor. Many programs omit the footer. */
export function tga(imageType = 2, { footer = false } = {}): Buffer {
  const header = Buffer.alloc(18)
  header[2] = imageType
  header.writeUInt16LE(64, 12)
  header.writeUInt16LE(48, 14)
  header[16] = 24
  const pixels = Buffer.alloc(imageType === 2 ? 64 * 48 * 3 : 500, 0x81)
  const end = Buffer.from('\0\0\0\0\0\0\0\0TRUEVISION-XFILE.\0', 'latin1')
  return Buffer.concat([header, pixels, ...(footer ? [end] : [])])
}

/** Other formats, by type. */
export const otherSamples: Record<string, Buffer> = {
  'application/pdf': Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\n'),
  'application/x-gzip': gzipSync('text'),
  'application/vnd.lotus-1-2-3': Buffer.from('000002000604060008000000', 'hex'),
  'application/x-quattro-pro': Buffer.from('0000020001100600080000000000', 'hex'),
  'application/x-filemaker': Buffer.from('0001000000020001000500020002c04842414d37', 'hex'),
  'application/x-msaccess': accessDatabase(),
  'application/x-msmoney': Buffer.concat([Buffer.from('\0\x01\0\0MSISAM Database\0'), bytes]),
  'application/x-rar-compressed': Buffer.from('Rar!\x1a\x07\0\xcf\x90', 'latin1'),
  'audio/midi': Buffer.from('MThd\0\0\0\x06\0\x01\0\x01\x01\xe0MTrk', 'latin1'),
  'image/tiff': lateTiff(),
  'image/x-adobe-dng': lateTiff([50_706]),
  'image/x-tga': tga(),
  'text/plain': Buffer.from('just words'),
}
