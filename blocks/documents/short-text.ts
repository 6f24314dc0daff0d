import { open } from 'node:fs/promises'

const maxInlineBytes = 60 * 1024

/** The text of a file if it fits into an output. Undefined for a longer one. */
export async function shortText(path: string): Promise<string | undefined> {
  await using file = await open(path)
  const { size } = await file.stat()
  if (size > maxInlineBytes) return undefined
  const text = await file.readFile('utf8')
  // Each byte that is not UTF-8 becomes a character of three bytes.
  return Buffer.byteLength(text) > maxInlineBytes ? undefined : text
}
