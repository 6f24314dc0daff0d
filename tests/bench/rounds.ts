import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** One measurement: a rate or a time. Both sides of a ratio have the same unit. */
export type Contestant = () => Promise<number>

/** Warm-up rounds, which compile code and fill caches. */
const warmUpRounds = 1

/**
 * Measures contestants alternately (A B A B), so that other load on the machine affects all of them. Syncs the disk between
 * them.
 */
export async function takeTurns<Name extends string>(
  rounds: number,
  contestants: Record<Name, Contestant>,
  { warmUp = warmUpRounds } = {},
): Promise<Record<Name, number[]>> {
  const entries = Object.entries<Contestant>(contestants)
  const measured: Record<string, number[]> = {}
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const [name, measure] of entries) {
      await promisify(execFile)('sync')
      const value = await measure()
      if (round >= 0) (measured[name] ??= []).push(value)
    }
  }
  return measured
}

export interface Spread {
  median: number
  min: number
  max: number
}

/** The ratio within each round, then its median and extremes over the rounds. */
export function ratios(candidate: number[], baseline: number[]): Spread {
  return spread(candidate.map((value, round) => value / (baseline[round] ?? Number.NaN)))
}

export function spread(values: number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (index: number) => sorted[index] ?? Number.NaN
  const middle = (sorted.length - 1) / 2
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  }
}
