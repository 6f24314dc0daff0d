import { niceScale, shownNumber, type Scale } from './chart-scale.ts'

export type ChartKind = 'bar' | 'line'

interface Series {
  name: string
  /** Undefined where a cell has no number: a gap. */
  values: (number | undefined)[]
}

export interface Chart {
  kind: ChartKind
  title: string
  labels: string[]
  series: Series[]
}

const width = 1200
const height = 700
const plot = { left: 100, right: width - 30, top: 100, bottom: height - 110 }
const maxTicks = 24
const maxLabelLength = 14

/** Colours that people with a colour blindness can tell apart (Okabe and Ito, 2008). */
const colours = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#d55e00',
  '#cc79a7',
  '#56b4e9',
  '#f0e442',
  '#000000',
]

/** Draws a chart of 1200 × 700 as SVG. Escapes all text of the table. */
export function chartSvg(chart: Chart): string {
  const { kind, title, labels, series } = chart
  const numbers = series.flatMap(({ values }) => values.filter((value) => value !== undefined))
  const scale = niceScale(numbers, { fromZero: kind === 'bar' })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans, sans-serif" font-size="15" fill="#222">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    textAt(width / 2, 40, title, 'text-anchor="middle" font-size="24"'),
    legend(series),
    yAxis(scale),
    xAxis(labels),
    ...series.map((one, index) =>
      kind === 'bar' ? bars(chart, index, scale) : line(one, index, scale),
    ),
    '</svg>',
  ].join('\n')
}

function legend(series: readonly Series[]): string {
  const step = (plot.right - plot.left) / series.length
  return series
    .map(({ name }, index) => {
      const x = plot.left + index * step
      return `<rect x="${x}" y="64" width="14" height="14" fill="${colourOf(index)}"/>${textAt(x + 20, 77, short(name, Math.floor(step / 10)))}`
    })
    .join('')
}

function yAxis(scale: Scale): string {
  return scale.ticks
    .map((tick) => {
      const y = yOf(tick, scale)
      const stroke = tick === 0 ? '#444' : '#ddd'
      return `<path d="M${plot.left} ${y}H${plot.right}" stroke="${stroke}"/>${textAt(plot.left - 10, y + 5, shownNumber(tick), 'text-anchor="end"')}`
    })
    .join('')
}

function xAxis(labels: readonly string[]): string {
  const every = Math.ceil(labels.length / maxTicks)
  return labels
    .flatMap((label, index) => {
      if (index % every !== 0) return []
      const [x, y] = [xOf(index, labels.length), plot.bottom + 20]
      const turned = `text-anchor="end" transform="rotate(-30 ${round(x)} ${y})"`
      return [textAt(x, y, short(label, maxLabelLength), turned)]
    })
    .join('')
}

function bars({ series, labels }: Chart, index: number, scale: Scale): string {
  const slot = (plot.right - plot.left) / labels.length
  const barWidth = (slot * 0.8) / series.length
  const zero = yOf(0, scale)
  const rectangles = (series[index]?.values ?? []).flatMap((value, row) => {
    if (value === undefined) return []
    const x = plot.left + row * slot + slot * 0.1 + index * barWidth
    const y = yOf(value, scale)
    return [`M${round(x)} ${zero}V${y}h${round(barWidth)}V${zero}z`]
  })
  return `<path d="${rectangles.join('')}" fill="${colourOf(index)}"/>`
}

function line({ values }: Series, index: number, scale: Scale): string {
  let isDrawing = false
  const steps = values.map((value, row) => {
    const command = isDrawing ? 'L' : 'M'
    isDrawing = value !== undefined
    // A point after a gap is a line without length, which round caps show.
    return value === undefined
      ? ''
      : `${command}${round(xOf(row, values.length))} ${yOf(value, scale)}${command === 'M' ? 'h0' : ''}`
  })
  return `<path d="${steps.join('')}" fill="none" stroke="${colourOf(index)}" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/>`
}

/** The middle of a row's slot. */
function xOf(row: number, rows: number): number {
  return plot.left + ((row + 0.5) * (plot.right - plot.left)) / rows
}

function yOf(value: number, { from, to }: Scale): number {
  return round(plot.bottom - ((value - from) / (to - from)) * (plot.bottom - plot.top))
}

function colourOf(index: number): string {
  return colours[index % colours.length] ?? '#000000'
}

function textAt(x: number, y: number, text: string, attributes = ''): string {
  return `<text x="${round(x)}" y="${y}" ${attributes}>${escaped(text)}</text>`
}

function short(text: string, length: number): string {
  const characters = Array.from(text.slice(0, 4 * length))
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Escapes markup, and replaces characters that XML 1.0 does not have. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\uFFFE\uFFFF]/gu, ' ')
    .replaceAll(/[&<>"]/g, (character) => entities[character] ?? '')
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
