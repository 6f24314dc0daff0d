/** A query of up to this many characters is found without reading a file that does not match. */
export const maxGramLength = 3

/**
 * Every distinct text of one to three characters (code points) in a text: what a name is found by. A name of 30
 * characters has about 70, and each is one entry in each of the four indexes of `firestore.indexes.json`: some 50 KB of
 * index, and no document read or written for it.
 */
export function gramsOf(text: string): string[] {
  const grams = new Set<string>()
  for (let length = 1; length <= maxGramLength; length++)
    addWindows(grams, Array.from(text), length)
  return [...grams]
}

/** The longest grams that a text must hold to contain the wanted one: itself, or its every three characters. */
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
