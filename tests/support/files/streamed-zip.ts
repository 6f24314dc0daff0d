import { crc32, deflateRawSync } from 'node:zlib'

/**
 * Makes a zip archive like streaming writers (fastexcel, many web servers): every entry is deflated, and its sizes are only after its
 * data and in the directory (APPNOTE 6.3.10 §4.4.4, bit 3).
 */
export function streamedZip(files: Record<string, string | Buffer>): Buffer {
  const before: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content)
    const data = deflateRawSync(bytes)
    const fileName = Buffer.from(name)
    const sums = [crc32(bytes), data.length, bytes.length]
    const common = uint16(20, 0x0808, 8, 0, 0x21)
    const names = uint16(fileName.length, 0)
    const parts = [uint32(0x04034b50), common, uint32(0, 0, 0), names, fileName, data]
    const entry = Buffer.concat([...parts, uint32(0x08074b50, ...sums)])
    directory.push(
      Buffer.concat([uint32(0x02014b50), uint16(20), common, uint32(...sums), names]),
      Buffer.concat([uint16(0, 0, 0), uint32(0, at), fileName]),
    )
    before.push(entry)
    at += entry.length
  }
  const list = Buffer.concat(directory)
  const count = Object.keys(files).length
  const end = [uint32(0x06054b50), uint16(0, 0, count, count), uint32(list.length, at), uint16(0)]
  return Buffer.concat([...before, list, ...end])
}

function uint16(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2)
  values.forEach((value, index) => bytes.writeUInt16LE(value, index * 2))
  return bytes
}

function uint32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4))
  return bytes
}
