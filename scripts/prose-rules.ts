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

/** Matches where a name that is an ordinary word elsewhere is declared or constructed. */
function declared(name: string, use: string): Rule {
  const pattern = new RegExp(String.raw`\b(?:class|interface|type|new)\s+${name}\b`, 'g')
  return { pattern, use }
}

const rule = (words: string, use: string): Rule => ({ pattern: phrase(words), use })

/** Words and phrases that have a plainer equivalent. */
const words: Rule[] = [
  rule('anew', 'again'),
  rule('lest', 'so that … not'),
  ...['mend', 'mends', 'mended', 'mending'].map((word) => rule(word, 'repair, fix, correct')),
  rule('likewise', 'also, the same way'),
  rule('whoever', 'the caller, the client, the person who'),
  rule("nobody's", 'the thing itself as the subject'),
  { pattern: /\b(?:that|there) is none\b(?! of)/gi, use: 'invalid, missing, not a …' },
  { pattern: /\bof its own\b(?! (?:parameters|execution)\b)/gi, use: 'its own …, a separate …' },
  rule('as it were', 'nothing: leave it out'),
  rule('in so many words', 'explicitly'),
  rule('gives way', 'is displaced, is removed first'),
  rule('put away', 'quarantined, deleted'),
  rule('to be had', 'available'),
  rule('knows of', 'knows, has'),
  rule('hears of', 'receives, is told'),
  rule('goes on', 'continues, resumes'),
  rule('so that which', 'a sentence of its parts'),
  {
    pattern: /\bbehind (?:it|its|the (?:data|end|file|last|first|previous|body))\b/gi,
    use: 'after',
  },
]

/** Project-specific names, and the field's terms that replace them. */
const names: Rule[] = [
  rule('putAway', 'quarantineOrDelete'),
  rule('rejudge', 'applyRescan'),
  declared('Underway', 'ConcurrencyLimiter'),
  declared('Turns', 'KeyedMutex'),
  declared('Slots', 'Semaphore'),
  declared('Presence', 'DirectoryLock'),
  declared('Holdings', 'UsageDelta'),
  rule('stepper', 'pagedPhase'),
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
