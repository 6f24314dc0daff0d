import { encodeWorkspaceId } from './storage-path.ts'

/** The longest file name that every file system accepts. The encoded user id names a folder. */
const maxEncodedBytes = 255

/** The rule that a user id violates. Undefined for an id that every store accepts. Ids are opaque text. */
export function userIdViolation(id: string): string | undefined {
  if (id === '') return 'must not be empty'
  if (!id.isWellFormed() || /\p{Cc}/u.test(id)) {
    return 'must be Unicode text without control characters'
  }
  // Each encoded character has at least one byte, so a long id is rejected without encoding it.
  if (id.length > maxEncodedBytes || encodeWorkspaceId(id).length > maxEncodedBytes) {
    return `is too long: at most ${maxEncodedBytes} bytes, where a capital letter counts as 2 and any other character but a-z, 0-9 and "-" as 3 for each byte`
  }
  return undefined
}
