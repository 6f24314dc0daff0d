/** One line of the price of a run, in credits. A run costs the sum of its lines, rounded up once. */
export type CostLine = {
  /** Applies only to runs whose input has these values. */
  when?: Readonly<Record<string, string | number | boolean>>
} & (
  | { type: 'run'; credits: number }
  /** `credits` for each `per` bytes, seconds or items that were metered, and at most `atMost` credits. */
  | { type: 'byte' | 'second' | 'items'; credits: number; per: number; atMost: number }
  | { type: 'cost_usd'; creditsPerUsd: number; atMost: number }
  | {
      type: 'tokens'
      creditsPerMillion: { input: number; output: number }
      atMost: number
    }
)

/** A fixed price for each run. */
export const perRun = (credits: number): CostLine => ({ type: 'run', credits })

/** What a run has used, in billionths of the unit. */
export interface Usage {
  bytes: bigint
  seconds: bigint
  items: bigint
  usd: bigint
  inputTokens: bigint
  outputTokens: bigint
}

export const noUsage: Usage = {
  bytes: 0n,
  seconds: 0n,
  items: 0n,
  usd: 0n,
  inputTokens: 0n,
  outputTokens: 0n,
}

const billion = 1_000_000_000n
const million = 1_000_000n

/** An amount in billionths, so that 0.1 + 0.2 is 0.3. Throws `RangeError` for a negative or infinite amount. */
export function toBillionths(amount: number): bigint {
  if (!(amount >= 0 && amount < 1e15)) throw new RangeError(`${amount} is not an amount`)
  return BigInt(amount.toFixed(9).replace('.', ''))
}

/** An exact number of credits. */
type Fraction = readonly [numerator: bigint, denominator: bigint]

/** The credits that a run costs: the exact sum of its lines, rounded up once. */
export function costOf(lines: readonly CostLine[], input: unknown, usage: Usage): number {
  const [numerator, denominator] = lines
    .filter((line) => applies(line, input))
    .map((line) => atMost(line, lineCost(line, usage)))
    .reduce(sumOf, [0n, 1n])
  return Number((numerator + denominator - 1n) / denominator)
}

function lineCost(line: CostLine, usage: Usage): Fraction {
  switch (line.type) {
    case 'run':
      return [toBillionths(line.credits), billion]
    case 'byte':
      return rate(line, usage.bytes)
    case 'second':
      return rate(line, usage.seconds)
    case 'items':
      return rate(line, usage.items)
    case 'cost_usd':
      return [usage.usd * toBillionths(line.creditsPerUsd), billion * billion]
    case 'tokens': {
      const { input, output } = line.creditsPerMillion
      const credits =
        usage.inputTokens * toBillionths(input) + usage.outputTokens * toBillionths(output)
      return [credits, million * billion * billion]
    }
  }
}

function rate({ credits, per }: { credits: number; per: number }, used: bigint): Fraction {
  return [used * toBillionths(credits), toBillionths(per) * billion]
}

function atMost(line: CostLine, cost: Fraction): Fraction {
  if (line.type === 'run') return cost
  const most: Fraction = [toBillionths(line.atMost), billion]
  return cost[0] * most[1] > most[0] * cost[1] ? most : cost
}

function sumOf([a, b]: Fraction, [c, d]: Fraction): Fraction {
  return [a * d + c * b, b * d]
}

function applies({ when }: CostLine, input: unknown): boolean {
  const values = input as Record<string, unknown>
  return Object.entries(when ?? {}).every(([name, value]) => values[name] === value)
}
