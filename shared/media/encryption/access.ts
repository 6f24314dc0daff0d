/** Behind four bytes at the beginning: Jet 3 and 4 (`.mdb`), ACE (`.accdb`). */
const engines = new Set(['Standard Jet DB\0', 'Standard ACE DB\0'])
const maskedAt = 0x18
const maskKey = Buffer.from('c7da396b', 'hex')
const versionAt = 0x14
const encodingKeyAt = 0x3e
const passwordAt = 0x42
const dateAt = 0x72

/**
 * Whether an Access database has a password, or pages that are encrypted. Its header is masked by RC4 with a known key;
 * from Jet 4 on the password also by the date of creation (as read by mdbtools and Jackcess).
 */
export function isEncryptedAccess(head: Buffer): boolean {
  if (head.length < 0x98 || !engines.has(head.toString('latin1', 4, 20))) return false
  const isJet3 = head.readUInt32LE(versionAt) === 0
  const header = Buffer.from(head.subarray(0, maskedAt + (isJet3 ? 126 : 128)))
  rc4(maskKey, header.subarray(maskedAt))
  if (header.readUInt32LE(encodingKeyAt) !== 0) return true
  if (isJet3) return header.subarray(passwordAt, passwordAt + 20).some((byte) => byte !== 0)
  const mask = Buffer.alloc(4)
  const date = header.readDoubleLE(dateAt)
  mask.writeInt32LE(Number.isFinite(date) ? date | 0 : 0)
  const password = header.subarray(passwordAt, passwordAt + 40)
  return password.some((byte, index) => byte !== mask[index % 4])
}

/** In place. OpenSSL has it no more. */
function rc4(key: Buffer, bytes: Buffer): void {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index)
  const swap = (one: number, other: number) => {
    const kept = state[one] ?? 0
    state[one] = state[other] ?? 0
    state[other] = kept
  }
  for (let index = 0, other = 0; index < 256; index += 1) {
    other = (other + (state[index] ?? 0) + (key[index % key.length] ?? 0)) & 0xff
    swap(index, other)
  }
  for (let index = 0, one = 0, other = 0; index < bytes.length; index += 1) {
    one = (one + 1) & 0xff
    other = (other + (state[one] ?? 0)) & 0xff
    swap(one, other)
    const stream = state[((state[one] ?? 0) + (state[other] ?? 0)) & 0xff] ?? 0
    bytes[index] = (bytes[index] ?? 0) ^ stream
  }
}
