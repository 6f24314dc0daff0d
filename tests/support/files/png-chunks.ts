import { crc32 } from 'node:zlib'

export function pngChunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content])
  const numbers = Buffer.alloc(8)
  numbers.writeUInt32BE(content.length, 0)
  numbers.writeUInt32BE(crc32(named), 4)
  return Buffer.concat([numbers.subarray(0, 4), named, numbers.subarray(4)])
}

/** Inserts a chunk after the header of a PNG or before its end. */
export function withChunk(png: Buffer, chunk: Buffer, place: 'early' | 'late'): Buffer {
  const headerEnd = 8 + 25
  const at = place === 'early' ? headerEnd : png.length - 12
  return Buffer.concat([png.subarray(0, at), chunk, png.subarray(at)])
}

/** Makes an APNG that shows the picture in two frames. */
export function animatedPng(png: Buffer): Buffer {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  const control = (sequence: number) => {
    const content = Buffer.alloc(26)
    for (const [at, value] of [
      [0, sequence],
      [4, width],
      [8, height],
    ] as const)
      content.writeUInt32BE(value, at)
    content.writeUInt16BE(1, 20)
    content.writeUInt16BE(10, 22)
    return pngChunk('fcTL', content)
  }
  const start = png.indexOf('IDAT') - 4
  const data = png.subarray(start + 8, start + 8 + png.readUInt32BE(start))
  const counts = Buffer.from([0, 0, 0, 2, 0, 0, 0, 0])
  const first = withChunk(png, Buffer.concat([pngChunk('acTL', counts), control(0)]), 'early')
  const second = pngChunk('fdAT', Buffer.concat([Buffer.from([0, 0, 0, 2]), data]))
  return withChunk(first, Buffer.concat([control(1), second]), 'late')
}

/** Lists the chunk types of a PNG. */
export function chunkNames(png: Buffer): string[] {
  const names: string[] = []
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at))
    names.push(png.toString('latin1', at + 4, at + 8))
  return names
}
