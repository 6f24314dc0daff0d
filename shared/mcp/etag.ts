import type { FileRecord } from '../model/file.ts'

const characters = 16

/** The version of a file for agents: the first 16 hex digits of the SHA-256 of its bytes. A full checksum costs 40 tokens. */
export function shortTag({ checksum }: { checksum: string }): string {
  return checksum.slice(0, characters)
}

/** The tag of a file whose bytes are known. */
export function tagOf(file: FileRecord): string | undefined {
  return file.checksum === null ? undefined : shortTag(file)
}
