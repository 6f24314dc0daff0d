/**
 * Folds case in every script: two texts that differ only in case give the same result. Converts to lower case first, because
 * `toUpperCase` changes `ß` to `SS` but does not change the capital `ẞ`. Replaces the final sigma, which depends on the
 * position in a word and not on case.
 */
export function foldCase(text: string): string {
  const folded = text.normalize('NFC').toLowerCase().toUpperCase().toLowerCase()
  return folded.replaceAll('ς', 'σ').normalize('NFC')
}
