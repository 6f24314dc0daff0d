/** The hexadecimal digits of a UUID of 16 bytes, between its slashes in a storage path. */
const keyPattern = /\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\//

/**
 * XORs bytes with the file's id from the storage path, in place. Repeating it restores the bytes. No protection: it prevents that
 * a virus scanner of the host finds a signature in the database, and removes the whole database because of one infected upload.
 */
export function mask(storagePath: string, bytes: Buffer): Buffer {
  const id = keyPattern.exec(storagePath)?.[1]
  if (id === undefined) throw new Error(`${storagePath} contains no file id`)
  const key = Buffer.from(id.replaceAll('-', ''), 'hex')
  for (let at = 0; at < bytes.length; at++) {
    bytes[at] = (bytes[at] ?? 0) ^ (key[at & 15] ?? 0)
  }
  return bytes
}
