import { compoundFile } from './compound-file.ts'
import { oddZip } from './odd-zip.ts'

/** Applies RC4 with the key c7 da 39 6b, which Jet and ACE use to mask the header of a database. */
const mask = Buffer.from(
  'b56f03626108c255eba96772433f009c7a9f90ff809a31c579baed30bcdfcc9d63d9e4c37b42fb8abc4e86fbec375d449cfac65e28e613b68a6054947b36f572dfb177f41343cfafb1333461795b92b57c2a05f17c99011b98fd124f4a946c3e60265f95f8d089248567c61f2744d2eecf65edff07c746a178160cede92d62d4',
  'hex',
)

interface AccessOptions {
  engine?: 'Jet' | 'ACE'
  version?: number
  encodingKey?: number
  password?: Buffer
  createdAt?: number
}

/** Makes the first page of an Access database with the fields for encryption. */
export function accessDatabase(options: AccessOptions = {}): Buffer {
  const { engine = 'Jet', version = 1, encodingKey = 0, createdAt = 38_000.5 } = options
  const page = Buffer.alloc(4096)
  page.writeUInt32LE(0x100, 0)
  page.write(`Standard ${engine} DB\0`, 4, 'latin1')
  page.writeUInt32LE(version, 0x14)
  page.writeUInt32LE(encodingKey, 0x3e)
  options.password?.copy(page, 0x42)
  if (version > 0) {
    page.writeDoubleLE(createdAt, 0x72)
    const key = Buffer.alloc(4)
    key.writeInt32LE(Math.trunc(createdAt))
    for (let at = 0; at < 40; at += 1) page[0x42 + at] = (page[0x42 + at] ?? 0) ^ (key[at % 4] ?? 0)
  }
  const maskedBytes = version === 0 ? 126 : 128
  for (let at = 0; at < maskedBytes; at += 1)
    page[0x18 + at] = (page[0x18 + at] ?? 0) ^ (mask[at] ?? 0)
  return page
}

/** Makes a FIB (MS-DOC §2.5.1) up to its flags. */
function fib(flags: number, { ident = 0xa5ec, version = 0x00c1 } = {}): Buffer {
  const bytes = Buffer.alloc(4096)
  bytes.writeUInt16LE(ident, 0)
  bytes.writeUInt16LE(version, 2)
  bytes.writeUInt16LE(0x0409, 6)
  bytes.writeUInt16LE(flags, 10)
  bytes.writeUInt16LE(0x00bf, 12)
  return bytes
}

const biffRecord = (type: number, body: Buffer) => {
  const head = Buffer.alloc(4)
  head.writeUInt16LE(type, 0)
  head.writeUInt16LE(body.length, 2)
  return Buffer.concat([head, body])
}
const biff8 = biffRecord(0x0809, Buffer.from('00060500fe1ccd07c9c0000006030000', 'hex'))
const biff5 = biffRecord(0x0809, Buffer.from('00050500fe1ccd07', 'hex'))
const biff4 = biffRecord(0x0409, Buffer.from('000010000000', 'hex'))
const xor = biffRecord(0x002f, Buffer.from('00001234abcd', 'hex'))
const rc4 = biffRecord(0x002f, Buffer.alloc(54, 1))
const codePage = biffRecord(0x0042, Buffer.from('b004', 'hex'))
const writeProtect = biffRecord(0x0086, Buffer.alloc(0))
const end = biffRecord(0x000a, Buffer.alloc(0))

function currentUser(token: number): Buffer {
  const bytes = Buffer.alloc(52)
  bytes.write('0000f60f2c00000014000000', 'hex')
  bytes.writeUInt32LE(token, 12)
  return bytes
}

const manifest = (file: string) => `<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
 <manifest:file-entry manifest:full-path="content.xml">${file}</manifest:file-entry>
</manifest:manifest>`
const encryptionData = '<manifest:encryption-data manifest:checksum-type="SHA256/1K"/>'

const epub = (algorithm: string) => `<?xml version="1.0"?>
<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#">
 <enc:EncryptedData><enc:EncryptionMethod Algorithm="${algorithm}"/></enc:EncryptedData>
</encryption>`

const zipped = (name: string, text: string) => oddZip(name, Buffer.from(text), { method: 8 })
const hwp = (flags: number) => {
  const bytes = Buffer.alloc(256)
  bytes.write('HWP Document File')
  bytes.writeUInt32LE(flags, 36)
  return bytes
}

const encryptedPackage = { EncryptionInfo: Buffer.alloc(224), EncryptedPackage: Buffer.alloc(5000) }

/** Encrypted documents that the shipped signatures also recognize inside archives. */
export const encryptedOffice: [name: string, bytes: Buffer][] = [
  ['a DOCX, XLSX or PPTX with a password', compoundFile(encryptedPackage)],
  [
    'the same, its directory late in the file',
    compoundFile(encryptedPackage, { gapSectors: 10_000 }),
  ],
  ['Word 97 to 2003, RC4', compoundFile({ WordDocument: fib(0x0100 | 0x1200) })],
  ['Word 97 to 2003, obfuscated', compoundFile({ WordDocument: fib(0x8100) })],
  [
    'Word 97 to 2003, by LibreOffice',
    compoundFile({ WordDocument: fib(0x1300, { version: 0x0101 }) }),
  ],
  ['Word 6', compoundFile({ WordDocument: fib(0x0100, { ident: 0xa5dc, version: 0x0065 }) })],
  ['Excel 97 to 2003, RC4', compoundFile({ Workbook: Buffer.concat([biff8, rc4, end]) })],
  ['Excel 97 to 2003, XOR', compoundFile({ Workbook: Buffer.concat([biff8, xor, end]) })],
  [
    'Excel 97 to 2003, write-protected, too',
    compoundFile({ Workbook: Buffer.concat([biff8, writeProtect, rc4, end]) }),
  ],
  ['Excel 5', compoundFile({ Book: Buffer.concat([biff5, xor, end]) })],
  ['PowerPoint 97 to 2003', compoundFile({ 'Current User': currentUser(0xf3d1c4df) })],
  ['OpenDocument', zipped('META-INF/manifest.xml', manifest(encryptionData))],
  ['an Apple disk image', Buffer.concat([Buffer.from('encrcdsa'), Buffer.alloc(600)])],
]

/** Encrypted documents that are only recognized outside archives. */
export const encryptedOthers: [name: string, bytes: Buffer][] = [
  [
    'a workbook in a document',
    compoundFile({
      WordDocument: fib(0),
      Pool: { Workbook: Buffer.concat([biff8, codePage, rc4]) },
    }),
  ],
  ['Excel 4', Buffer.concat([biff4, xor, end])],
  ['Word 2', fib(0x0100, { ident: 0xa5db, version: 0x002d })],
  ['a Hancom document', compoundFile({ FileHeader: hwp(3), DocInfo: Buffer.alloc(10) })],
  ['rights management', compoundFile({ '\u0009DRMContent': Buffer.alloc(10) })],
  [
    'OpenDocument, its manifest in UTF-16',
    oddZip('META-INF/manifest.xml', Buffer.from(`\ufeff${manifest(encryptionData)}`, 'utf16le')),
  ],
  [
    'OpenDocument, with bytes after its directory',
    Buffer.concat([
      zipped('META-INF/manifest.xml', manifest(encryptionData)).subarray(0, -22),
      Buffer.alloc(7),
      zipped('META-INF/manifest.xml', manifest(encryptionData)).subarray(-22),
    ]),
  ],
  ['OpenDocument as one package', zipped('encrypted-package', 'x')],
  ['Pages, Numbers or Keynote', zipped('.iwpv2', 'x')],
  ['EPUB', zipped('META-INF/encryption.xml', epub('http://www.w3.org/2001/04/xmlenc#aes256-cbc'))],
  ['Access 97, with a password', accessDatabase({ version: 0, password: Buffer.from('secret') })],
  ['Access 2000, with a password', accessDatabase({ password: Buffer.from('secret', 'utf16le') })],
  ['Access 2000, encoded', accessDatabase({ encodingKey: 0x12345678 })],
  ['Access 2010', accessDatabase({ engine: 'ACE', version: 3, encodingKey: 0x55aa55aa })],
  ['LUKS', Buffer.concat([Buffer.from('4c554b53babe0001', 'hex'), Buffer.alloc(600)])],
  [
    'BitLocker',
    Buffer.concat([Buffer.from('eb5890', 'hex'), Buffer.from('-FVE-FS-'), Buffer.alloc(600)]),
  ],
  ['WordPerfect', Buffer.from('ff57504310000000010a020134120000', 'hex')],
  ['S/MIME', Buffer.from('308201a506092a864886f70d010703a0820196308201920201', 'hex')],
  ['age', Buffer.from('age-encryption.org/v1\n-> scrypt bBjlhJVYZeE4aqUdmtRHfw 18\n')],
  ['OpenSSL', Buffer.concat([Buffer.from('Salted__'), Buffer.alloc(600, 7)])],
  [
    'OpenPGP, by a passphrase',
    Buffer.from('8c0d04090302c8e7c1a1ff02010203d23a01a1b2c3d4e5f6', 'hex'),
  ],
  [
    'OpenPGP, by a key, with an armor',
    Buffer.from(
      `-----BEGIN PGP MESSAGE-----\nVersion: 1\n\n${openPgpToKey().toString('base64')}\n=abcd\n-----END PGP MESSAGE-----\n`,
    ),
  ],
]

function openPgpToKey(): Buffer {
  const key = Buffer.alloc(268, 0x5a)
  key[0] = 3
  key[9] = 1
  return Buffer.concat([
    Buffer.from('85010c', 'hex'),
    key,
    Buffer.from('d2400102030405060708', 'hex'),
  ])
}

/** The same formats without a password, and documents with obfuscation only. */
export const openDocuments: [name: string, bytes: Buffer][] = [
  ['Word 97 to 2003', compoundFile({ WordDocument: fib(0x1200) })],
  ['Excel 97 to 2003', compoundFile({ Workbook: Buffer.concat([biff8, codePage, end, rc4]) })],
  ['Excel 5', compoundFile({ Book: Buffer.concat([biff5, codePage, end]) })],
  ['Excel 4', Buffer.concat([biff4, codePage, end])],
  ['PowerPoint 97 to 2003', compoundFile({ 'Current User': currentUser(0xe391c05f) })],
  ['a Hancom document', compoundFile({ FileHeader: hwp(1) })],
  ['OpenDocument', zipped('META-INF/manifest.xml', manifest(''))],
  [
    'EPUB with obfuscated fonts',
    zipped('META-INF/encryption.xml', epub('http://www.idpf.org/2008/embedding')),
  ],
  ['a text about the formats', Buffer.from(`EncryptedPackage <manifest:encryption-data> Salted`)],
  ['Access 97', accessDatabase({ version: 0 })],
  ['Access 2000', accessDatabase()],
  ['Access 2010', accessDatabase({ engine: 'ACE', version: 3, createdAt: 40_000.25 })],
  ['WordPerfect', Buffer.from('ff57504310000000010a020100000000', 'hex')],
  ['a signature', Buffer.from('308201a506092a864886f70d010702a0820196308201920201', 'hex')],
  ['a signed message', Buffer.from('-----BEGIN PGP MESSAGE-----\n\nowEBWwKk/ZANAwAKAQ==\n=abcd\n')],
  ['a PGP public key', Buffer.from('99010d04', 'hex')],
]
