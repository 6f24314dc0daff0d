const delimiters = [',', ';', '\t', '|'] as const

/** Guesses the delimiter of a CSV file: the most frequent one in its first row, outside quotation marks. By default a comma. */
export function delimiterOf(head: Buffer): string {
  const counts = new Map<string, number>()
  let isQuoted = false
  for (const character of head.toString('latin1')) {
    if (character === '"') isQuoted = !isQuoted
    else if (!isQuoted && (character === '\n' || character === '\r')) break
    else if (!isQuoted) counts.set(character, (counts.get(character) ?? 0) + 1)
  }
  const countOf = (delimiter: string) => counts.get(delimiter) ?? 0
  return delimiters.toSorted((a, b) => countOf(b) - countOf(a))[0] ?? ','
}

/** Whether a text begins with the byte order mark of UTF-16. */
export function isUtf16(head: Buffer): boolean {
  const mark = head.subarray(0, 2).toString('hex')
  return mark === 'fffe' || mark === 'feff'
}
