/** The range of an axis, and the numbers that it shows. */
export interface Scale {
  from: number
  to: number
  ticks: number[]
}

const wantedTicks = 6

/** An axis over all numbers whose ticks are multiples of 1, 2 or 5 times a power of ten. */
export function niceScale(numbers: readonly number[], { fromZero }: { fromZero: boolean }): Scale {
  let low = fromZero ? 0 : Infinity
  let high = fromZero ? 0 : -Infinity
  for (const value of numbers) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low === high) {
    low -= Math.abs(low) / 2 || 1
    high += Math.abs(high) / 2 || 1
  }
  // Divides first: the difference of two large numbers can be infinite.
  const step = niceStep(high / wantedTicks - low / wantedTicks)
  const first = Math.floor(low / step)
  const last = Math.ceil(high / step)
  const ticks = Array.from({ length: last - first + 1 }, (_, index) =>
    rounded((first + index) * step),
  )
  return { from: first * step, to: last * step, ticks }
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = [1, 2, 5].find((it) => it * power >= rough) ?? 10
  return factor * power
}

/** Without the last digits, in which 3 × 0.1 differs from 0.3. */
function rounded(value: number): number {
  return Number(value.toPrecision(15))
}

const large = 1e6
const small = 1e-3

export function shownNumber(value: number): string {
  const size = Math.abs(value)
  if (value !== 0 && (size >= large || size < small)) return String(Number(value.toPrecision(4)))
  return value.toLocaleString('en', { maximumFractionDigits: 6 })
}
