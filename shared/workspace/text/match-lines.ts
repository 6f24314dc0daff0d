export interface LineMatch {
  /** From 1. */
  line: number
  /** The line, or the part of it around the match. */
  text: string
}

const maxCharacters = 200
const before = 60

/** The lines after line `from` that contain the text in any case: one match for each line, at most `limit`. */
export function matchesIn(
  text: string,
  query: string,
  { from, limit }: { from: number; limit: number },
): LineMatch[] {
  const wanted = query.toLowerCase()
  const matches: LineMatch[] = []
  // Most texts have no match, and are then not split.
  if (!text.toLowerCase().includes(wanted)) return matches
  let line = 0
  for (let start = 0; start <= text.length && matches.length < limit;) {
    const found = text.indexOf('\n', start)
    const end = found === -1 ? text.length : found
    line++
    if (line > from) {
      const content = text.slice(start, end)
      const at = content.toLowerCase().indexOf(wanted)
      if (at !== -1) matches.push({ line, text: excerpt(content, at) })
    }
    start = end + 1
  }
  return matches
}

function excerpt(line: string, at: number): string {
  const text = line.trimEnd()
  if (text.length <= maxCharacters) return text.trimStart()
  const start = Math.max(0, Math.min(at - before, text.length - maxCharacters))
  const part = text.slice(start, start + maxCharacters).toWellFormed()
  return `${start > 0 ? '…' : ''}${part}${start + maxCharacters < text.length ? '…' : ''}`
}
