import fc from 'fast-check'

const { CATALOG_RUNS } = process.env

/** `npm run soak:catalog` sets more runs and no time limit. */
const runs = Number(CATALOG_RUNS ?? 10)
const maxMs = CATALOG_RUNS === undefined ? 8_000 : undefined

/** The number of runs for a property of the catalog. The limit of 8 s reduces the number for slow stores. */
export function randomRuns({ weight = 1 } = {}): fc.Parameters<unknown> {
  return {
    numRuns: runs * weight,
    plugins: maxMs === undefined ? [] : [fc.interruptAfterTimeLimit(maxMs)],
  }
}
