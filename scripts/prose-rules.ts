/** A word, phrase or name that the project does not use, and the plain term to write. */
interface Rule {
  pattern: RegExp
  use: string
}

interface Violation {
  line: number
  found: string
  use: string
}

/**
 * Matches the words also as part of a camelCase name. A space matches the line break of a comment, too.
 */
function phrase(words: string): RegExp {
  const gap = String.raw`\s+(?:(?:\*|//|>|#)\s+)?`
  const [initial = '', ...rest] = words.replaceAll(' ', gap)
  const tail = `${rest.join('')}(?![a-z])`
  const start = `(?<![A-Za-z])[${initial.toLowerCase()}${initial.toUpperCase()}]`
  return new RegExp(`${start}${tail}|(?<=[a-z])${initial.toUpperCase()}${tail}`, 'g')
}

const rule = (words: string, use: string): Rule => ({ pattern: phrase(words), use })

/** Words that stand for a plainer one. */
const words: Rule[] = [rule('lest', 'so that … not'), rule('as it were', 'nothing: leave it out')]

/** Names that newcomers had to learn, and the field's term. */
const names: Rule[] = [
  rule('teachManners', 'configureServer'),
  rule('server-manners', 'server-defaults'),
  rule('answerAhead', 'bypassFramework'),
  rule('infectedBefore', 'infectedAfterwards'),
  rule('aloneSince', 'exclusiveSince'),
  rule('LatestOnly', 'TakeoverLock'),
  rule('addHoldings', 'applyDelta'),
  rule('WorkspaceUnit', 'WorkspaceTransaction'),
  rule('keptWidths', 'cachedWidths'),
  rule('beingMade', 'inFlight'),
  rule('rulesBetween', 'crossFieldRules'),
]

/** Finds the rules that a text breaks, in the order of its lines. */
export function violationsOf(text: string): Violation[] {
  return [...words, ...names]
    .flatMap(({ pattern, use }) =>
      [...text.matchAll(pattern)].map(({ index, 0: found }) => ({
        line: text.slice(0, index).split('\n').length,
        found: found.replaceAll(/\s+/g, ' '),
        use,
      })),
    )
    .sort((a, b) => a.line - b.line)
}
