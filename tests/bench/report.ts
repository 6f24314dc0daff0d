import { ratios, spread, type Spread } from './rounds.ts'

/** One line of the table. */
export interface Row {
  what: string
  candidate: string
  baseline: string
  ratio: Spread
  target?: Target
  /** Why the target is missed, if it is. */
  heldBack?: string
}

interface Target {
  text: string
  met: boolean
}

interface Comparison {
  what: string
  candidate: number[]
  baseline: number[]
  format: (value: number) => string
  /** Rates the median ratio. */
  target?: (ratio: number) => Target
  heldBack?: string
}

export function compare(comparison: Comparison): Row {
  const { what, candidate, baseline, format, target, heldBack } = comparison
  const ratio = ratios(candidate, baseline)
  return {
    what,
    candidate: format(spread(candidate).median),
    baseline: format(spread(baseline).median),
    ratio,
    ...(target && { target: target(ratio.median) }),
    ...(heldBack !== undefined && { heldBack }),
  }
}

/** The comparison as a list, empty if the baseline was not measured because it cannot be built here. */
export function compareIf(
  comparison: Omit<Comparison, 'baseline'> & { baseline: number[] | undefined },
): Row[] {
  const { baseline } = comparison
  return baseline === undefined ? [] : [compare({ ...comparison, baseline })]
}

/** A bound on the median of the candidate itself. */
export const below =
  (values: number[], bound: number, format: (value: number) => string) => () => ({
    text: `≤ ${format(bound)}`,
    met: spread(values).median <= bound,
  })

export const atLeast = (bound: number) => (ratio: number) => ({
  text: `≥ ${bound}`,
  met: ratio >= bound,
})

export const atMost = (bound: number) => (ratio: number) => ({
  text: `≤ ${bound}`,
  met: ratio <= bound,
})

export const megabytesPerSecond = (rate: number) => `${(rate / 1e6).toFixed(0)} MB/s`
export const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`
export const perSecond = (rate: number) => `${rate.toFixed(0)}/s`
export const milliseconds = (seconds: number) => `${(seconds * 1000).toFixed(2)} ms`
export const secondsText = (seconds: number) => `${seconds.toFixed(2)} s`

/** What holds back each missed target. */
export function missedTargets(rows: Row[]): string[] {
  return rows
    .filter(({ target }) => target?.met === false)
    .map(({ what, heldBack }) => `- **${what}**: ${heldBack ?? 'no cause is known'}.`)
}

/** The rows as a Markdown table with aligned columns. */
export function table(rows: Row[]): string {
  const header = ['what', 'Coffer', 'baseline', 'ratio', 'min – max', 'target', 'met']
  const cells = rows.map(({ what, candidate, baseline, ratio, target }) => [
    what,
    candidate,
    baseline,
    ratio.median.toFixed(2),
    `${ratio.min.toFixed(2)} – ${ratio.max.toFixed(2)}`,
    target?.text ?? '',
    target === undefined ? '' : target.met ? 'yes' : '**no**',
  ])
  const widths = header.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  )
  const line = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [line(header), rule, ...cells.map(line)].join('\n')
}
