import { crc32 } from 'node:zlib'

const encryptedFlag = 0x0001
const utf8Flag = 0x0800

/**
 * Makes a zip archive with one stored entry (APPNOTE 6.3.10 §4.3). `encrypted` only sets the flag, which looks the same as real
 * encryption to a scanner without the password.
 */
export function zip(name: string, bytes: Buffer, options: { encrypted?: boolean } = {}): Buffer {
  const flags = utf8Flag | (options.encrypted ? encryptedFlag : 0)
  const fileName = Buffer.from(name)
  const common = Buffer.alloc(26)
  common.writeUInt16LE(20, 0)
  common.writeUInt16LE(flags, 2)
  common.writeUInt16LE(0x21, 8)
  common.writeUInt32LE(crc32(bytes), 10)
  common.writeUInt32LE(bytes.length, 14)
  common.writeUInt32LE(bytes.length, 18)
  common.writeUInt16LE(fileName.length, 22)

  const local = Buffer.concat([signature(0x04034b50), common, fileName, bytes])
  const directory = Buffer.concat([
    signature(0x02014b50),
    Buffer.from([20, 0]),
    common,
    Buffer.alloc(14),
    fileName,
  ])
  const end = Buffer.alloc(18)
  end.writeUInt16LE(1, 4)
  end.writeUInt16LE(1, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(local.length, 12)
  return Buffer.concat([local, directory, signature(0x06054b50), end])
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
