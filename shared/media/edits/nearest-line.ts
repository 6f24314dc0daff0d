import { setImmediate } from 'node:timers/promises'

/** Longer lines are compared by their beginning. */
const maxCompared = 200
const pairLength = 2
/** The least share of common pairs of similar lines. */
const minSimilarity = 0.4
/** Lines that are compared at once: at most some milliseconds. */
const linesAtOnce = 500

/**
 * The line of a text that is most similar to the first line of another text, by the pairs of characters that both have. Undefined if
 * no line is similar. Takes linear time, and lets other requests run in between.
 */
export async function nearestLine(
  text: string,
  wanted: string,
): Promise<{ number: number; text: string } | undefined> {
  const target = pairsOf(wanted.split('\n').find((line) => line.trim() !== '') ?? '')
  let best: { number: number; text: string } | undefined
  let bestSimilarity = minSimilarity
  for (const [at, line] of text.split('\n').entries()) {
    if (at % linesAtOnce === linesAtOnce - 1) await setImmediate()
    const similarity = similarityOf(target, pairsOf(line))
    if (similarity <= bestSimilarity) continue
    bestSimilarity = similarity
    best = { number: at + 1, text: line.trimEnd() }
  }
  return best
}

/** Sørensen–Dice coefficient. */
function similarityOf(a: Set<string>, b: Set<string>): number {
  let common = 0
  for (const pair of b) if (a.has(pair)) common++
  return a.size + b.size === 0 ? 0 : (2 * common) / (a.size + b.size)
}

function pairsOf(line: string): Set<string> {
  const text = line.trim().slice(0, maxCompared)
  const pairs = new Set<string>()
  for (let at = 0; at + pairLength <= text.length; at++) pairs.add(text.slice(at, at + pairLength))
  return pairs
}
