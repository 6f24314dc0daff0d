import { readFile } from 'node:fs/promises'
import { assumptions, monthlyCost, type CatalogPrice } from './cost-model.ts'
import { markdownTable } from './runbook.ts'

export const sizes = [1000, 100_000, 10_000_000]

/** The costs of a month at three sizes, each operation of the catalog at the price that docs/cost.md has for it. */
export async function costTable(): Promise<string> {
  const catalog = catalogPrices(
    await readFile(new URL('../../docs/cost.md', import.meta.url), 'utf8'),
  )
  const columns = sizes.map((files) => monthlyCost(files, catalog))
  const cells = columns.map((costs) => costs.map((cost) => dollars(cost.dollars)))
  const rows = (columns[0] ?? []).map(({ item }, index) =>
    [item].concat(cells.map((column) => column[index] ?? '')),
  )
  const totals = columns.map((costs) => costs.reduce((sum, cost) => sum + cost.dollars, 0))
  const perThousand = totals.map((total, index) => (total / (sizes[index] ?? 1)) * 1000)
  rows.push(['**Together**', ...totals.map((total) => `**${dollars(total)}**`)])
  rows.push(['for 1,000 files', ...perThousand.map(dollars)])
  const head = ['$ a month', ...sizes.map((files) => `${files.toLocaleString('en-US')} files`)]
  return [
    markdownTable(head, rows, ['---', '--:', '--:', '--:']),
    `Reckoned with ${sentence()}.`,
  ].join('\n\n')
}

/** The last column of the table in docs/cost.md, for one operation instead of a thousand. */
export function catalogPrices(page: string): CatalogPrice {
  const rows = [...page.matchAll(/^\| ([^|]+)\|(?: +\d+ \|){3} +([\d.]+) \|$/gm)]
  const byOperation = new Map(
    rows.map(([, name = '', price]) => [name.trim().replaceAll('`', ''), Number(price) / 1000]),
  )
  return (operation) => {
    const price = byOperation.get(operation)
    if (price === undefined) throw new Error(`docs/cost.md has no price for "${operation}"`)
    return price
  }
}

function sentence(): string {
  const { megabytes, metadataReads, downloads, filesOnAPage, monthsKept, previews } = assumptions
  return `files of ${megabytes} MB, each uploaded through a function, looked at ${metadataReads} times, listed once (on a page of ${filesOnAPage}), downloaded ${downloads} times over a signed link, ${previews * 100} % of them with a preview, and deleted after ${monthsKept} months`
}

function dollars(amount: number): string {
  const digits = amount < 100 ? 2 : 0
  return amount.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}
