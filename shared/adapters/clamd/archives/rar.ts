import { crc32 } from 'node:zlib'
import { eicar } from '../../../media/eicar.ts'

/** Signature of RAR 1.5 to 7. */
export const rarSignature = Buffer.from('Rar!\u001a\u0007')
const name = Buffer.from('eicar.com')
const archiveBlock = 0x73
const fileBlock = 0x74
/** Flag of a file block that is followed by data. */
const hasData = 0x8000
const stored = 0x30

/**
 * Returns a RAR archive that contains the EICAR test file. UnRAR is not free software, so many builds of ClamAV lack it and report
 * every RAR archive as clean.
 */
export function rarCanary(): Buffer {
  const file = Buffer.alloc(25)
  file.writeUInt32LE(eicar.length, 0)
  file.writeUInt32LE(eicar.length, 4)
  file.writeUInt32LE(crc32(eicar), 9)
  file.writeUInt8(20, 17)
  file.writeUInt8(stored, 18)
  file.writeUInt16LE(name.length, 19)
  return Buffer.concat([
    rarSignature,
    Buffer.from([0]),
    block(archiveBlock, 0, Buffer.alloc(6)),
    block(fileBlock, hasData, Buffer.concat([file, name])),
    eicar,
  ])
}

/** Returns a block: the low half of the CRC-32, then type, flags, total length and fields. */
function block(type: number, flags: number, fields: Buffer): Buffer {
  const head = Buffer.alloc(7)
  head.writeUInt8(type, 2)
  head.writeUInt16LE(flags, 3)
  head.writeUInt16LE(head.length + fields.length, 5)
  const bytes = Buffer.concat([head, fields])
  bytes.writeUInt16LE(crc32(bytes.subarray(2)) & 0xffff, 0)
  return bytes
}
