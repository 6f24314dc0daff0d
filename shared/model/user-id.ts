import { encodeWorkspaceId } from './storage-path.ts'

/** A user id names a folder on disk, once encoded: the longest name that every file system takes. */
const maxEncodedBytes = 255

/** The rule that a user id breaks; undefined for an id that every store can keep. Ids are opaque text. */
export function ruleBrokenByUserId(id: string): string | undefined {
  if (id === '') return 'must not be empty'
  if (!id.isWellFormed() || /\p{Cc}/u.test(id)) {
    return 'must be Unicode text without control characters'
  }
  // Each character takes one byte at least: a long id is not encoded first.
  if (id.length > maxEncodedBytes || encodeWorkspaceId(id).length > maxEncodedBytes) {
    return `is too long: at most ${maxEncodedBytes} bytes, where a capital letter counts as 2 and any other character but a-z, 0-9 and "-" as 3 for each byte`
  }
  return undefined
}
