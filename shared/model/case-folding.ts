/**
 * Text without its case, in every script: two texts that differ only in case fold alike. Lower case comes first for
 * `ẞ`, which has no upper case; the final sigma is one of a word's place, not of its letters.
 */
export function foldCase(text: string): string {
  const folded = text.normalize('NFC').toLowerCase().toUpperCase().toLowerCase()
  return folded.replaceAll('ς', 'σ').normalize('NFC')
}
