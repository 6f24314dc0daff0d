import { open } from 'node:fs/promises'

const maxInlineBytes = 60 * 1024

/** The text of a file if it fits into an output. Undefined for a longer one. */
export async function shortText(path: string): Promise<string | undefined> {
  await using file = await open(path)
  const { size } = await file.stat()
  return size > maxInlineBytes ? undefined : await file.readFile('utf8')
}
