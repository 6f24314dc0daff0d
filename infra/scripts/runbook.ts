import { alerts } from '../program/monitoring/alerts.ts'
import { spend } from '../program/monitoring/spend.ts'

/** Every alert on one line. */
export function alertTable(): string {
  const rows = alerts.map(({ id, title, severity, when }) => [
    `[${title}](#${id})`,
    severity.toLowerCase(),
    when,
  ])
  rows.push([`[${spend.title}](#${spend.id})`, 'budget', spend.when])
  return markdownTable(['alert', 'severity', 'when'], rows)
}

/** Each alert with its meaning and what to do; the alert itself carries the same words. */
export function runbook(): string {
  return [...alerts, spend]
    .map(({ id, title, when, meaning, todo }) =>
      [
        `### <a id="${id}"></a>${title}`,
        `When ${when}.`,
        meaning,
        todo.map((step, index) => `${index + 1}. ${step}`).join('\n'),
      ].join('\n\n'),
    )
    .join('\n\n')
}

export function markdownTable(head: string[], rows: string[][], align?: string[]): string {
  const rule = head.map((_, index) => align?.[index] ?? '---')
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
