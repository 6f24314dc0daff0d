import { asBuffer } from '../formats/as-buffer.ts'

const mp4Brand = 0x6d7034
const ftyp = 0x66747970
const webm = 0x7765626d
const ebml = 0x1a45dfa3
/** The EBML element that names the document type. */
const docTypeId = 0x4282
/** The document type must start within this number of bytes. */
const docTypeWithinBytes = 38

/** Matches the signature for MP4 (MIME Sniffing §6.2.1): an `ftyp` box with an `mp4` brand. */
export function isMp4(head: Uint8Array): boolean {
  const bytes = asBuffer(head)
  if (bytes.length < 12) return false
  const boxBytes = bytes.readUInt32BE(0)
  if (bytes.length < boxBytes || boxBytes % 4 !== 0 || bytes.readUInt32BE(4) !== ftyp) return false
  if (bytes.readUIntBE(8, 3) === mp4Brand) return true
  for (let at = 16; at < boxBytes; at += 4) if (bytes.readUIntBE(at, 3) === mp4Brand) return true
  return false
}

/** Matches the signature for WebM (§6.2.2): an EBML header with the document type `webm`, possibly padded with zeros. */
export function isWebm(head: Uint8Array): boolean {
  const bytes = asBuffer(head)
  if (bytes.length < 4 || bytes.readUInt32BE(0) !== ebml) return false
  const end = Math.min(bytes.length - 1, docTypeWithinBytes)
  for (let at = 4; at < end; at += 1) {
    if (bytes.readUInt16BE(at) !== docTypeId) continue
    let value = at + 2 + vintBytes(bytes[at + 2] ?? 0)
    while (bytes[value] === 0) value += 1
    if (value + 4 <= bytes.length && bytes.readUInt32BE(value) === webm) return true
  }
  return false
}

/** Returns the length of an EBML variable-size integer from its first byte: one more than the number of leading zero bits. */
function vintBytes(first: number): number {
  return Math.min(Math.clz32(first) - 24 + 1, 8)
}
