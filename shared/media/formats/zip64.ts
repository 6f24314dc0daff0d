import type { ReadAt } from './read-at.ts'

const overflow = 0xffffffff
const locatorSignature = 0x07064b50
export const locatorBytes = 20
const zip64EndSignature = 0x06064b50
const zip64EndBytes = 56
const zip64ExtraId = 0x0001

/** Reads the Zip64 end record (§4.3.14, 4.3.15). Its locator directly precedes the end record. */
export async function readZip64End(
  read: ReadAt,
  { tail, index, endAt }: { tail: Buffer; index: number; endAt: number },
) {
  const locator = tail.subarray(Math.max(0, index - locatorBytes), index)
  if (locator.length < locatorBytes || locator.readUInt32LE(0) !== locatorSignature)
    return undefined
  // Assumes that the record has no extensible data. The locator's offset is unusable if bytes precede the archive.
  const at = endAt - locatorBytes - zip64EndBytes
  const record = at < 0 ? Buffer.alloc(0) : await read(at, zip64EndBytes)
  if (record.length < zip64EndBytes || record.readUInt32LE(0) !== zip64EndSignature)
    return undefined
  return {
    endAt: at,
    directoryBytes: readUInt64(record, 40),
    directoryAt: readUInt64(record, 48),
  }
}

/**
 * Replaces 32-bit fields that overflow with their values in the Zip64 extra field (§4.5.3). Returns the same array if no field
 * overflows. Returns undefined if a value is missing or is not a safe integer.
 */
export function wideValues(fields: number[], extra: Buffer): number[] | undefined {
  if (!fields.includes(overflow)) return fields
  let at = 0
  while (at + 4 <= extra.length && extra.readUInt16LE(at) !== zip64ExtraId)
    at += 4 + extra.readUInt16LE(at + 2)
  if (at + 4 > extra.length) return undefined
  const data = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2))
  let read = 0
  const values = fields.map((field) => {
    if (field !== overflow) return field
    read += 8
    return read <= data.length ? readUInt64(data, read - 8) : Infinity
  })
  return values.every(Number.isSafeInteger) ? values : undefined
}

function readUInt64(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32
}
