import { describe, expect, it } from 'vitest'
import { foreignParsers, type ForeignParser } from '../support/foreign-parsers.ts'
import { foreignRequests } from '../support/foreign-requests.ts'

const longBytes = 100_000
const shortBytes = longBytes / 4

/** Linear work takes 4 times as long for 4 times the text, quadratic work 16 times. */
const maxGrowth = 9

/** Quadratic work over 100 KB takes hundreds of milliseconds. Less is too short to tell growth from noise. */
const measurableMs = 25

const troublesome = {
  blank: ' ',
  tab: '\t',
  comma: ',',
  semicolon: ';',
  quote: '"',
  apostrophe: "'",
  backslash: '\\',
  'equals sign': '=',
  'percent sign': '%',
  asterisk: '*',
  dash: '-',
  slash: '/',
  dot: '.',
  colon: ':',
  'at sign': '@',
  'question mark': '?',
  'number sign': '#',
  ampersand: '&',
  plus: '+',
  tilde: '~',
  underscore: '_',
  bracket: '[',
  brace: '{',
  'line end': '\r\n',
  'line feed': '\n',
  letter: 'a',
  capital: 'W',
  digit: '0',
  nine: '9',
  NUL: '\0',
  'Latin-1 letter': 'é',
  'combining marks': '\u0300\u0316',
  'wide letter': '漢',
  emoji: '😀',
  'lone surrogate': '\ud800',
}

describe.each([...foreignParsers, ...foreignRequests])('the parser of $name', (parser) => {
  it.each(Object.entries(runsOf(parser)))('takes linear time for 100 KB of %s', async (_, run) => {
    for (const [before, after] of [['', ''], ['', 'x'], ...(parser.around ?? [])]) {
      const text = (bytes: number) => before + run(bytes) + after
      const growth = await leastGrowth(parser, text(shortBytes), text(longBytes))
      expect(growth, `${JSON.stringify(before)} … ${JSON.stringify(after)}`).toBeLessThan(maxGrowth)
    }
  })
})

/** Two halves of different marks are the worst case of normalization, which sorts them. */
function runsOf({ pieces = [] }: ForeignParser): Record<string, (bytes: number) => string> {
  return {
    ...Object.fromEntries(
      Object.entries(troublesome).map(([name, character]) => [name, repeated(character)]),
    ),
    ...Object.fromEntries(pieces.map((piece) => [JSON.stringify(piece), repeated(piece)])),
    'marks in the wrong order': (bytes) =>
      `a${'\u0300'.repeat(bytes / 4)}${'\u0316'.repeat(bytes / 4)}`,
  }
}

function repeated(piece: string) {
  return (bytes: number) => piece.repeat(Math.ceil(bytes / Buffer.byteLength(piece)))
}

/** The smallest growth of several measurements, because garbage collection may fall into one. 0 for what is too fast to tell. */
async function leastGrowth(parser: ForeignParser, short: string, long: string): Promise<number> {
  let least = Infinity
  for (let runs = 1; runs <= 3 && least >= maxGrowth; runs += 1) {
    const longMs = await leastMs(parser, long, runs)
    if (longMs < measurableMs) return 0
    least = Math.min(least, longMs / (await leastMs(parser, short, runs)))
  }
  return least
}

/** The least CPU time of some runs. Other programs on the machine do not add to CPU time. */
async function leastMs({ parse }: ForeignParser, text: string, runs: number): Promise<number> {
  let least = Infinity
  for (let run = 0; run < runs; run += 1) {
    const before = process.threadCpuUsage()
    try {
      await parse(text)
    } catch {
      // A refusal costs what it costs.
    }
    const { user, system } = process.threadCpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
    if (least < measurableMs) break
  }
  return least
}
