const numeric = /^[+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:e[+-]?\d{1,3})?$/i

/** Larger numbers cannot be subtracted or scaled without becoming infinite. */
const largest = 1e100

/** A number, without spaces and separators of thousands. Undefined for other text and for an empty cell. */
export function numberOf(text: string): number | undefined {
  const value = numeric.test(text) ? Number(text) : Number.NaN
  if (!(Math.abs(value) <= largest)) return undefined
  return Math.abs(value) < 1 / largest ? 0 : value
}
