import { crc32 } from 'node:zlib'

export interface ZipEntry {
  name: string
  text: string
  /** Whether the name is marked as UTF-8. */
  isUtf8: boolean
  /** The system that made the entry; 3 is Unix. */
  madeBy: number
}

const endSignature = Buffer.from('PK\u0005\u0006')

/** Reads the stored entries of a ZIP file of less than 4 GiB from its directory, and checks their checksums. */
export function readZip(zip: Buffer): ZipEntry[] {
  const end = zip.lastIndexOf(endSignature)
  if (end === -1) throw new Error('The file has no end of a directory')
  const count = zip.readUInt16LE(end + 10)
  const entries: ZipEntry[] = []
  let at = zip.readUInt32LE(end + 16)
  for (let i = 0; i < count; i += 1) {
    const nameLength = zip.readUInt16LE(at + 28)
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength)
    const local = zip.readUInt32LE(at + 42)
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const bytes = zip.subarray(start, start + zip.readUInt32LE(at + 20))
    if (crc32(bytes) !== zip.readUInt32LE(at + 16)) throw new Error(`${name} is damaged`)
    entries.push({
      name,
      text: bytes.toString(),
      isUtf8: (zip.readUInt16LE(at + 8) & 0x800) !== 0,
      madeBy: zip.readUInt8(at + 5),
    })
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return entries
}
