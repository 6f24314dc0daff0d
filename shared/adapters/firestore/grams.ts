/** A search for at most this many characters reads only files that match. */
export const maxGramLength = 3

/**
 * The distinct n-grams of one to three code points in a text, for the search of names. A name of 30 characters has about 70
 * n-grams. Each is one entry in each of the four indexes of `firestore.indexes.json`, about 50 KB together. Costs no
 * additional reads or writes of documents.
 */
export function gramsOf(text: string): string[] {
  const grams = new Set<string>()
  for (let length = 1; length <= maxGramLength; length++)
    addWindows(grams, Array.from(text), length)
  return [...grams]
}

/** The longest n-grams of the searched text. Every text that contains the searched text has these n-grams. */
export function longestGramsOf(wanted: string): string[] {
  const characters = Array.from(wanted)
  const grams = new Set<string>()
  addWindows(grams, characters, Math.min(characters.length, maxGramLength))
  return [...grams]
}

function addWindows(grams: Set<string>, characters: string[], length: number): void {
  for (let start = 0; start + length <= characters.length; start++) {
    grams.add(characters.slice(start, start + length).join(''))
  }
}
