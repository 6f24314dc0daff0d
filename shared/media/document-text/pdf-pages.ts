/** The least share of letters and digits. Text with fewer comes from a font without a usable encoding, or has no content. */
const minLetters = 0.5
const minCharacters = 20

/** The pages of a text with a form feed after each page. */
export function pagesOf(text: string): string[] {
  const pages = text.split('\f')
  if (pages.at(-1)?.trim() === '') pages.pop()
  return pages
}

/** Whether a model can read the text of these pages. A scan has no text, and some fonts give glyphs without a meaning. */
export function isReadable(pages: readonly string[]): boolean {
  const text = pages.join('').replaceAll(/\s/g, '')
  if (text.length < minCharacters) return false
  const letters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0
  return letters / text.length >= minLetters
}
