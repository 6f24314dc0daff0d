/** Signatures at offset 4: Jet 3 and 4 (`.mdb`), ACE (`.accdb`). */
const engines = new Set(['Standard Jet DB\0', 'Standard ACE DB\0'])
const maskedAt = 0x18
const maskKey = Buffer.from('c7da396b', 'hex')
const versionAt = 0x14
const encodingKeyAt = 0x3e
const passwordAt = 0x42
const dateAt = 0x72

/**
 * Returns true if an Access database has a password or encrypted pages. RC4 with a fixed key masks its header; from Jet 4 on,
 * the creation date also masks the password (source: mdbtools, Jackcess).
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

/** Applies RC4 in place. OpenSSL 3 no longer provides it by default. */
function rc4(key: Buffer, bytes: Buffer): void {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index)
  const swap = (i: number, j: number) => {
    const previous = state[i] ?? 0
    state[i] = state[j] ?? 0
    state[j] = previous
  }
  for (let i = 0, j = 0; i < 256; i += 1) {
    j = (j + (state[i] ?? 0) + (key[i % key.length] ?? 0)) & 0xff
    swap(i, j)
  }
  for (let index = 0, i = 0, j = 0; index < bytes.length; index += 1) {
    i = (i + 1) & 0xff
    j = (j + (state[i] ?? 0)) & 0xff
    swap(i, j)
    const stream = state[((state[i] ?? 0) + (state[j] ?? 0)) & 0xff] ?? 0
    bytes[index] = (bytes[index] ?? 0) ^ stream
  }
}
